import { defineConfig, devices } from '@playwright/test';

/** What people do with scripts and without them. */
const BOTH_WAYS = ['story.spec.ts', 'administration.spec.ts'];

/** What Chromium needs to start quietly anywhere, in a container and as root too. */
const browserFlags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

export default defineConfig({
  testDir: 'tests',
  outputDir: 'results',
  forbidOnly: true,
  // A test that passes only sometimes is broken.
  retries: 0,
  workers: 2,
  timeout: 90_000,
  expect: { timeout: 15_000 },
  reporter: 'list',
  use: {
    ...devices['Desktop Chrome'],
    viewport: { width: 1280, height: 800 },
    locale: 'en-GB',
    timezoneId: 'UTC',
    actionTimeout: 20_000,
    trace: 'retain-on-failure',
    launchOptions: { executablePath: process.env.CHROMIUM_PATH, args: browserFlags },
  },
  projects: [
    { name: 'javascript', testMatch: BOTH_WAYS },
    { name: 'no-javascript', testMatch: BOTH_WAYS, use: { javaScriptEnabled: false } },
    {
      name: 'gateway',
      testMatch: [
        'answers.spec.ts',
        'approval.spec.ts',
        'links.spec.ts',
        'mail.spec.ts',
        'masking.spec.ts',
        'mcp.spec.ts',
        'bad-input.spec.ts',
        'faults.spec.ts',
        'kills.spec.ts',
        'clients.spec.ts',
        'pages.spec.ts',
        'people.spec.ts',
        'pipeline.spec.ts',
        'reconcile.spec.ts',
      ],
    },
    { name: 'other-servers', testMatch: ['other-servers.spec.ts', 'sign-in.spec.ts'] },
  ],
});
