//! Puts the program together from its configuration, and serves.

use std::{
    collections::BTreeSet,
    future::Future,
    net::{IpAddr, SocketAddr},
    path::Path,
    sync::Arc,
    time::Duration,
};

use anyhow::Context as _;
use axum::{
    Router,
    middleware::{from_fn, from_fn_with_state},
};
use domain::Role;
use leptos::config::LeptosOptions;
use secrecy::ExposeSecret as _;
use store::{PolicyOrigin, Store};
use tokio::net::TcpListener;
use tower_http::catch_panic::CatchPanicLayer;

use crate::{
    bigquery_api,
    config::{
        Config, Credentials, IdentityConfig, MailConfig, PolicyConfig, StoreConfig,
        WarehouseConfig, WorkloadIssuerConfig,
    },
    context::{Actor, Clock, Context, SystemClock},
    http::{
        assets, client_address, health, oauth, problem::Problem, rate_limit::RateLimit, request_id,
        security, v1,
    },
    identity::{self, Identity},
    jobs, mcp,
    notify::{MailFolder, MailServer, Mailer, Webhooks},
    policy::{PolicyError, PolicyFile, PolicySet},
    proof::{Issuers, PersonIssuer, WorkloadIssuer},
    services::{ConfiguredPolicy, GrantRule, Parts, Services, StepUpRule},
    ui,
    warehouse::{self, BigQuery, Retrying, Settings, Warehouse},
};

/// Serves until `stop` resolves.
pub async fn serve(
    config: Config,
    stop: impl Future<Output = ()> + Send + 'static,
) -> anyhow::Result<()> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let store = open_store(&config.store).await?;
    let services = services(&config, &store, &clock).await?;
    services.adopt_policy(&at_start(&services)).await?;
    let identity = Identity::new(&config, services.clone(), store, clock)?;
    let app = router(&config, &services, &identity)?;
    let refresh = Duration::from_secs(config.warehouse.catalog_refresh_seconds.into());
    jobs::start(&services, refresh);
    let listener = TcpListener::bind(config.server.listen)
        .await
        .with_context(|| format!("cannot listen on {}", config.server.listen))?;
    tracing::info!(address = %config.server.listen, url = %config.server.public_url, "ready");
    axum::serve(
        listener,
        app.into_make_service_with_connect_info::<SocketAddr>(),
    )
    .with_graceful_shutdown(stop)
    .await?;
    Ok(())
}

/// The use cases, over a database and what the configuration names.
pub async fn services(
    config: &Config,
    store: &Store,
    clock: &Arc<dyn Clock>,
) -> anyhow::Result<Services> {
    Ok(Services::new(Parts {
        store: store.clone(),
        warehouse: connect(&config.warehouse).await?,
        policy: policies(&config.policy)?,
        approver_groups: approver_groups(&config.identity),
        mailer: mailer(&config.mail)?,
        webhooks: Webhooks::new(&config.webhooks),
        clock: Arc::clone(clock),
        limits: config.limits,
        step_up: StepUpRule::new(&config.identity),
        rights: config.rights.clone(),
        approvals: config.approvals.clone(),
        warehouse_config: config.warehouse.clone(),
        masking: config.masking.clone(),
        issuers: issuers(config)?,
        grants: GrantRule::new(config),
        public_url: config.server.origin(),
    }))
}

/// What the program does by itself before it serves.
fn at_start(services: &Services) -> Context {
    Context {
        actor: Actor::System,
        request_id: String::new(),
        now: services.now(),
    }
}

/// Opens the database and brings its schema up to date.
pub async fn open_store(config: &StoreConfig) -> anyhow::Result<Store> {
    if let Some(folder) = config
        .url
        .strip_prefix("sqlite://")
        .and_then(|path| Path::new(path).parent())
    {
        std::fs::create_dir_all(folder)
            .with_context(|| format!("cannot make the folder {}", folder.display()))?;
    }
    Ok(Store::open(config.secret_url().expose_secret()).await?)
}

/// The configured files of the policy.
pub fn policies(config: &PolicyConfig) -> Result<ConfiguredPolicy, PolicyError> {
    let configured = match &config.directory {
        Some(directory) => ConfiguredPolicy {
            origin: PolicyOrigin::Directory,
            source: directory.display().to_string(),
            files: PolicyFile::read(directory)?,
        },
        None => ConfiguredPolicy {
            origin: PolicyOrigin::Preset,
            source: config.builtin.clone(),
            files: PolicyFile::preset(&config.builtin)?,
        },
    };
    PolicySet::from_files(&configured.files)?;
    Ok(configured)
}

/// The groups whose members may decide on approvals.
#[must_use]
pub fn approver_groups(config: &IdentityConfig) -> BTreeSet<String> {
    let groups = config.roles.get(&Role::Approver);
    groups.cloned().unwrap_or_default()
}

/// Everybody whose tokens count.
pub fn issuers(config: &Config) -> anyhow::Result<Issuers> {
    let people = PersonIssuer {
        issuer: config.identity.issuer.clone(),
        client_id: config.identity.client_id.clone(),
        resource: config.server.origin(),
        groups_claim: config.identity.groups_claim.clone(),
    };
    let workload = |issuer: &WorkloadIssuerConfig| WorkloadIssuer {
        issuer: issuer.issuer.clone(),
        kind: issuer.kind,
        audience: issuer.audience.clone().unwrap_or(config.server.origin()),
        algorithms: issuer.algorithms.clone(),
        keys_url: issuer.keys_url.clone(),
    };
    let workloads = config.oauth.workload_issuers.iter().map(workload);
    Ok(Issuers::new(people, workloads.collect())?)
}

async fn connect(config: &WarehouseConfig) -> anyhow::Result<Arc<dyn Warehouse>> {
    let credentials = match config.credentials() {
        Credentials::AccessToken(token) => warehouse::Credentials::AccessToken(token),
        Credentials::ServiceAccountKey(path) => warehouse::Credentials::ServiceAccountKey(path),
        Credentials::WorkloadIdentity(path) => warehouse::Credentials::WorkloadIdentity(path),
        Credentials::ApplicationDefault => warehouse::Credentials::ApplicationDefault,
    };
    let settings = Settings {
        base_url: config.base_url.clone(),
        iam_credentials_url: config.iam_credentials_url.clone(),
        project: config.project.clone(),
        location: config.location.clone(),
        credentials,
        deadline: Duration::from_secs(config.request_timeout_seconds.into()),
    };
    let bigquery = BigQuery::connect(settings).await;
    let bigquery = bigquery.context("cannot prepare the connection to BigQuery")?;
    Ok(Arc::new(Retrying::new(Arc::new(bigquery))))
}

fn mailer(config: &MailConfig) -> anyhow::Result<Arc<dyn Mailer>> {
    Ok(match &config.smtp_url {
        Some(address) => {
            let authority = config.ca_file.as_ref().map(std::fs::read).transpose();
            let authority = authority.context("cannot read `mail.ca_file`")?;
            Arc::new(MailServer::new(
                &config.from,
                address,
                authority.as_deref(),
                Duration::from_secs(config.timeout_seconds.into()),
            )?)
        }
        None => Arc::new(MailFolder::new(&config.from, config.directory.clone())?),
    })
}

/// Every door, behind what every answer carries.
pub fn router(config: &Config, services: &Services, identity: &Identity) -> anyhow::Result<Router> {
    let pages = ui::router(services.clone(), portal_options(config)?);
    let rules = security::BrowserRules::new(config);
    let proxies: Arc<[IpAddr]> = config.server.trusted_proxies.as_slice().into();
    Ok(Router::new()
        .nest("/api/v1", v1::router(services.clone()))
        .merge(bigquery_api::router(services))
        .merge(mcp::router(services, &config.server))
        .merge(oauth::router(
            services.clone(),
            RateLimit::new(config.limits.grants_per_minute),
        ))
        .merge(identity::router(identity, pages))
        .merge(assets::router(&config.server.site_root)?)
        .merge(health::router(services.clone()))
        .layer(CatchPanicLayer::custom(
            |_: Box<dyn std::any::Any + Send>| {
                axum::response::IntoResponse::into_response(Problem::internal())
            },
        ))
        .layer(from_fn_with_state(
            proxies,
            client_address::with_client_address,
        ))
        .layer(from_fn_with_state(rules, security::with_security_headers))
        .layer(from_fn(request_id::with_request_id)))
}

/// Where the portal's scripts and styles are; their names carry hashes once they are built.
fn portal_options(config: &Config) -> anyhow::Result<LeptosOptions> {
    let site_root = std::path::absolute(&config.server.site_root)?;
    let hash_file = site_root.join("hash.txt");
    Ok(LeptosOptions::builder()
        .output_name(Arc::from("countersign"))
        .site_pkg_dir(Arc::from("pkg"))
        .hash_files(hash_file.exists())
        .hash_file(Arc::from(hash_file.to_string_lossy()))
        .site_root(Arc::from(site_root.to_string_lossy()))
        .site_addr(config.server.listen)
        .build())
}
