"""A mail server that fails as it is told, and writes down what it took.

    mail_server.py PORT [--faults FAULT,…] [--tls NAME] [--folder FOLDER]

Each mail meets the next fault: `451` and `550` are answers to the recipient, `stall` says nothing to the
finished mail, `abort` takes the mail and hangs up before it says so. When they are used up, mails are
taken. With `--tls`, STARTTLS with a certificate for NAME is required, and the authority that vouches for
it is written to FOLDER. Every line of standard output is a JSON object about one mail.
"""

import argparse
import asyncio
import email
import json
import ssl
from pathlib import Path

from aiosmtpd.smtp import SMTP


def say(**event: str) -> None:
    print(json.dumps(event), flush=True)


class Handler:
    def __init__(self, faults: list[str]) -> None:
        self.faults = faults

    async def handle_MAIL(self, server, session, envelope, address, options):
        say(event="mail", tls=str(session.ssl is not None))
        envelope.mail_from = address
        return "250 OK"

    async def handle_RCPT(self, server, session, envelope, address, options):
        session.fault = self.faults.pop(0) if self.faults else ""
        if session.fault in ("451", "550"):
            say(event=session.fault, to=address)
            return f"{session.fault} not {address}"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server, session, envelope):
        mail = email.message_from_bytes(envelope.content)
        if session.fault == "stall":
            say(event="stall", to=envelope.rcpt_tos[0], id=mail["Message-ID"])
            await asyncio.sleep(3600)
        say(
            event="taken",
            to=envelope.rcpt_tos[0],
            id=mail["Message-ID"],
            automatic=mail["Auto-Submitted"],
            subject=mail["Subject"],
        )
        if session.fault == "abort":
            server.transport.abort()
        return "250 OK"


def certificate(name: str, folder: Path) -> ssl.SSLContext:
    import trustme

    authority = trustme.CA()
    authority.cert_pem.write_to_path(folder / "authority.pem")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(name).configure_cert(context)
    return context


async def main() -> None:
    arguments = argparse.ArgumentParser()
    arguments.add_argument("port", type=int)
    arguments.add_argument("--faults", default="")
    arguments.add_argument("--tls")
    arguments.add_argument("--folder", type=Path)
    options = arguments.parse_args()
    handler = Handler([fault for fault in options.faults.split(",") if fault])
    context = certificate(options.tls, options.folder) if options.tls else None

    def protocol() -> SMTP:
        return SMTP(handler, tls_context=context, require_starttls=context is not None)

    server = await asyncio.get_running_loop().create_server(protocol, "127.0.0.1", options.port)
    say(event="ready")
    await server.serve_forever()


asyncio.run(main())
