//! Plain forms: where the browser goes afterwards, and how a failure comes back to
//! its page with what was typed.
//!
//! A failure travels in a short-lived cookie, not in the address: an address that
//! carries a message would let anybody put words into the portal's mouth.

use axum::http::{
    HeaderValue, StatusCode,
    header::{ACCEPT, COOKIE, LOCATION, SET_COOKIE},
    request::Parts,
};
use domain::{Power, Timestamp};
use leptos::{
    prelude::use_context,
    server_fn::{Decodes, Encodes, codec::JsonEncoding},
};
use leptos_axum::ResponseOptions;
use leptos_router::location::Url;
use serde::{Deserialize, Serialize};

use super::UiError;

const COOKIE_NAME: &str = "countersign_form";
/// Browsers keep about 4 KB a cookie; above this, only the message comes back.
const LONGEST_COOKIE: usize = 3_500;

/// A form that failed: why, and what was typed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// Why.
    pub error: UiError,
    /// What was typed, by field name.
    pub typed: Vec<(String, String)>,
}

/// Ends a form's server function: the browser goes to `outcome`'s page, or back to
/// `back` with the failure and what was typed.
///
/// # Errors
/// The outcome's own, for callers that are not plain forms.
pub fn answer(
    outcome: Result<String, UiError>,
    back: &str,
    typed: &[(&str, &str)],
) -> Result<(), UiError> {
    match outcome {
        Ok(next) => {
            see_other(&next, None);
            Ok(())
        }
        Err(error) => {
            let typed = typed
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect();
            let failure = Failure {
                error: error.clone(),
                typed,
            };
            see_other(back, Some(failure));
            Err(error)
        }
    }
}

/// Takes the failure that this request came back with; it is shown once.
#[must_use]
pub fn take_failure() -> Option<Failure> {
    let parts = use_context::<Parts>()?;
    let cookies = parts.headers.get_all(COOKIE).iter();
    let value = cookies
        .filter_map(|header| header.to_str().ok())
        .flat_map(|header| header.split(';'))
        .find_map(|cookie| cookie.trim().strip_prefix(COOKIE_NAME)?.strip_prefix('='))?
        .to_owned();
    set_cookie(&format!(
        "{COOKIE_NAME}=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax"
    ));
    JsonEncoding::decode(Url::unescape(&value).into_bytes().into()).ok()
}

/// Sends a plain form on with 303 (RFC 9110, section 15.4.4), so that loading the
/// page again does not send the form again. Other callers are not sent anywhere.
fn see_other(path: &str, failure: Option<Failure>) {
    let (Some(request), Some(response)) =
        (use_context::<Parts>(), use_context::<ResponseOptions>())
    else {
        return;
    };
    let accepts = request
        .headers
        .get(ACCEPT)
        .and_then(|accept| accept.to_str().ok());
    if !accepts.is_some_and(|accept| accept.contains("text/html")) {
        return;
    }
    if let Ok(location) = HeaderValue::from_str(path) {
        response.insert_header(LOCATION, location);
        response.set_status(StatusCode::SEE_OTHER);
    }
    if let Some(value) = failure.and_then(to_cookie) {
        set_cookie(&format!(
            "{COOKIE_NAME}={value}; Path=/; Max-Age=120; HttpOnly; SameSite=Lax"
        ));
    }
}

fn to_cookie(failure: Failure) -> Option<String> {
    let encode = |failure: &Failure| {
        let json = JsonEncoding::encode(failure).ok()?;
        Some(Url::escape(std::str::from_utf8(&json).ok()?))
    };
    encode(&failure)
        .filter(|value| value.len() <= LONGEST_COOKIE)
        .or_else(|| {
            encode(&Failure {
                typed: Vec::new(),
                ..failure
            })
        })
}

fn set_cookie(cookie: &str) {
    if let (Some(response), Ok(value)) = (
        use_context::<ResponseOptions>(),
        HeaderValue::from_str(cookie),
    ) {
        response.append_header(SET_COOKIE, value);
    }
}

/// A field that must not be empty.
///
/// # Errors
/// [`UiError::Invalid`] with `sentence`.
pub fn filled(field: &str, value: &str, sentence: &str) -> Result<String, UiError> {
    match value.trim() {
        "" => Err(UiError::invalid(field, sentence)),
        text => Ok(text.to_owned()),
    }
}

/// A field that holds a calendar day.
///
/// # Errors
/// [`UiError::Invalid`] for anything else.
pub fn date(field: &str, value: &str) -> Result<Timestamp, UiError> {
    Timestamp::from_date(value.trim())
        .ok_or_else(|| UiError::invalid(field, "Give a day, written like 2026-11-22."))
}

/// A field that holds powers, one a line.
///
/// # Errors
/// [`UiError::Invalid`] when there is none, or naming the first line that is not one.
pub fn powers(field: &str, value: &str) -> Result<Vec<Power>, UiError> {
    lines(field, value, |line| line.parse().ok())
}

/// A field that holds grants, one a line: a power, and until when where that is sooner than
/// the agent's end.
///
/// # Errors
/// [`UiError::Invalid`] when there is none, or naming the first line that is not one.
pub fn grants(field: &str, value: &str) -> Result<Vec<(Power, Option<Timestamp>)>, UiError> {
    lines(field, value, |line| {
        let Some((power, day)) = line.rsplit_once(" until ") else {
            return Some((line.parse().ok()?, None));
        };
        // The day itself still counts.
        let until = Timestamp::from_date(day.trim())?.plus_days(1);
        Some((power.parse().ok()?, Some(until)))
    })
}

fn lines<T>(field: &str, value: &str, read: impl Fn(&str) -> Option<T>) -> Result<Vec<T>, UiError> {
    let lines = value.lines().map(str::trim).enumerate();
    let read: Vec<T> = lines
        .filter(|(_, line)| !line.is_empty())
        .map(|(index, line)| {
            read(line).ok_or_else(|| {
                let number = index + 1;
                let message = format!(
                    "Line {number} is not a grant. Write it as read project.dataset.table, where the table may end in *, and behind it what to leave out: except ssn, email."
                );
                UiError::invalid(field, message)
            })
        })
        .collect::<Result<_, _>>()?;
    if read.is_empty() {
        return Err(UiError::invalid(
            field,
            "Write at least one grant, one a line.",
        ));
    }
    Ok(read)
}

/// A field that holds a whole number; blank means `usual`.
///
/// # Errors
/// [`UiError::Invalid`] for anything else.
pub fn number(field: &str, value: &str, usual: u64) -> Result<u64, UiError> {
    match value.trim() {
        "" => Ok(usual),
        text => text
            .parse()
            .map_err(|_| UiError::invalid(field, "Give a whole number.")),
    }
}
