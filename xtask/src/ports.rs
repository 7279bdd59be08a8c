//! Ports: free ones, and servers that answer on them.

use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, bail};

/// How long a program may take until it answers.
const PATIENCE: Duration = Duration::from_mins(1);

/// Fails, naming the option that chooses another port, when the port is taken.
pub fn require_free(port: u16, option: &str) -> Result<()> {
    match TcpListener::bind((Ipv4Addr::LOCALHOST, port)) {
        Ok(_) => Ok(()),
        Err(error) => {
            bail!(
                "port {port} cannot be used ({error}): stop what listens there, or choose another port with {option}"
            )
        }
    }
}

/// A port that nothing listens on.
pub fn free() -> Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    Ok(listener.local_addr()?.port())
}

/// Waits until something listens on the port; `alive` says why to give up early.
pub fn await_listening(port: u16, alive: impl FnMut() -> Result<()>) -> Result<()> {
    let name = format!("port {port}");
    await_answer(
        &name,
        || TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok(),
        alive,
    )
}

/// Waits until the address answers with 200.
pub fn await_healthy(address: &str, alive: impl FnMut() -> Result<()>) -> Result<()> {
    await_answer(address, || ureq::get(address).call().is_ok(), alive)
}

fn await_answer(
    name: &str,
    answers: impl Fn() -> bool,
    mut alive: impl FnMut() -> Result<()>,
) -> Result<()> {
    let begun = Instant::now();
    while !answers() {
        alive()?;
        if begun.elapsed() > PATIENCE {
            bail!(
                "{name} did not answer within {} seconds",
                PATIENCE.as_secs()
            );
        }
        thread::sleep(Duration::from_millis(100));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_taken_port_names_the_option() {
        let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = taken.local_addr().unwrap().port();

        let error = require_free(port, "--portal-port").unwrap_err().to_string();
        assert!(error.contains("--portal-port"), "{error}");
        await_listening(port, || Ok(())).unwrap();
    }

    #[test]
    fn waiting_ends_when_the_program_does() {
        let error = await_answer("it", || false, || bail!("it stopped")).unwrap_err();
        assert_eq!(error.to_string(), "it stopped");
    }
}
