//! A person at the portal, without a browser: signs in, fills in forms, reads pages' data.

use anyhow::{Context, Result, ensure};
use serde::de::DeserializeOwned;
use ureq::http::{Response, StatusCode, header};
use ureq::{Agent, Body};

use crate::configuration::Configuration;

/// A signed-in person.
pub struct Session {
    agent: Agent,
    portal: String,
    /// On every form of this session.
    form_token: String,
}

impl Session {
    /// Signs in at the sandbox's identity provider, as its page would.
    pub fn sign_in(configuration: &Configuration, person: &str) -> Result<Self> {
        let agent: Agent = Agent::config_builder()
            .http_status_as_error(false)
            .max_redirects(0)
            .max_redirects_will_error(false)
            .build()
            .into();
        let mut session = Self {
            agent,
            portal: configuration.public_url.clone(),
            form_token: String::new(),
        };
        let ask = session
            .next(&format!("{}/signin", session.portal))
            .context("the portal did not ask to sign in")?;
        let page = session
            .agent
            .get(&ask)
            .call()?
            .body_mut()
            .read_to_string()?;
        let request = hidden_field(&page, "request").context("the sign-in page has no form")?;
        let chosen = session
            .agent
            .post(format!("{}/authorize/choose", configuration.issuer))
            .send_form([("request", request), ("person", person)])?;
        let callback =
            location(&chosen).context("the identity provider did not send the browser back")?;
        session
            .next(&callback)
            .with_context(|| format!("{person} could not sign in"))?;
        let page = session.agent.get(format!("{}/", session.portal)).call()?;
        let page = page.into_body().read_to_string()?;
        let token = attribute(&page, "name=\"form-token\" content=\"");
        token
            .context("the portal's page has no form token")?
            .clone_into(&mut session.form_token);
        Ok(session)
    }

    /// Sends a form and returns the path of the page that shows the result.
    pub fn send(&self, form: &str, fields: &[(&str, &str)]) -> Result<String> {
        let response = self.post(form, "text/html", fields)?;
        let page = location(&response)
            .with_context(|| format!("the form {form} was answered with {}", response.status()))?;
        let failed = response
            .headers()
            .get_all(header::SET_COOKIE)
            .iter()
            .any(|cookie| cookie.as_bytes().starts_with(b"countersign_form="));
        ensure!(!failed, "the portal refused the form {form}");
        Ok(page)
    }

    /// Reads the data of a page.
    pub fn read<T: DeserializeOwned>(&self, page: &str, fields: &[(&str, &str)]) -> Result<T> {
        let mut response = self.post(page, "application/json", fields)?;
        ensure!(
            response.status() == StatusCode::OK,
            "{page} was answered with {}",
            response.status()
        );
        response
            .body_mut()
            .read_json()
            .with_context(|| format!("{page} was answered with something else"))
    }

    fn post(&self, name: &str, accept: &str, fields: &[(&str, &str)]) -> Result<Response<Body>> {
        let request = self.agent.post(format!("{}/ui/{name}", self.portal));
        let request = request
            .header(header::ACCEPT, accept)
            .header(header::ORIGIN, &self.portal);
        let token = ("form_token", self.form_token.as_str());
        Ok(request.send_form(fields.iter().copied().chain([token]))?)
    }

    /// Where a page sends the browser.
    fn next(&self, address: &str) -> Result<String> {
        let response = self.agent.get(address).call()?;
        location(&response).with_context(|| format!("the answer was {}", response.status()))
    }
}

fn location(response: &Response<Body>) -> Option<String> {
    let location = response.headers().get(header::LOCATION)?.to_str().ok()?;
    response
        .status()
        .is_redirection()
        .then(|| location.to_owned())
}

fn hidden_field<'a>(page: &'a str, name: &str) -> Option<&'a str> {
    attribute(page, &format!("name=\"{name}\" value=\""))
}

/// What stands between this and the next quotation mark.
fn attribute<'a>(page: &'a str, before: &str) -> Option<&'a str> {
    let (_, rest) = page.split_once(before)?;
    rest.split_once('"').map(|(value, _)| value)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hidden_field_is_found_in_its_form() {
        let page = "<form><input type=\"hidden\" name=\"request\" value=\"abc\"><button name=\"person\" value=\"bo\">";
        assert_eq!(hidden_field(page, "request"), Some("abc"));
        assert_eq!(hidden_field(page, "state"), None);
    }
}
