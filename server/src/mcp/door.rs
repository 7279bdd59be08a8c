//! The protocol's requests, handed on to the tools.

use std::sync::Arc;

use http::request::Parts;
use rmcp::{
    ErrorData, RoleServer, ServerHandler,
    model::{
        CallToolRequestParams, CallToolResponse, CallToolResult, Implementation, JsonObject,
        ListToolsResult, PaginatedRequestParams, ServerCapabilities, ServerConfig, Tool,
    },
    service::RequestContext,
};
use serde::Serialize;
use serde_json::Value;

use super::{
    arguments::read,
    calls::Call,
    refusals::Refused,
    tools::{
        ANSWER_QUESTION, CANCEL, CHECK_QUERY, DESCRIBE_TABLE, INSTRUCTIONS, LIST_TABLES, QUERY,
        WAIT, all,
    },
};
use crate::{context::Context, services::Services};

/// Answers one client's requests.
#[derive(Clone)]
pub(super) struct Door {
    services: Services,
    tools: Arc<[Tool]>,
}

impl Door {
    pub(super) fn new(services: Services) -> Self {
        Self {
            services,
            tools: all().into(),
        }
    }

    /// Does what a tool says; none when there is no such tool.
    async fn call(
        &self,
        context: &Context,
        name: &str,
        arguments: Option<JsonObject>,
    ) -> Option<Result<Value, Refused>> {
        let call = Call::new(&self.services, context);
        Some(match name {
            LIST_TABLES => answered(call.list_tables(read(arguments)).await),
            DESCRIBE_TABLE => answered(call.describe_table(read(arguments)).await),
            CHECK_QUERY => answered(call.check_query(read(arguments)).await),
            QUERY => answered(call.query(read(arguments)).await),
            WAIT => answered(call.wait(read(arguments)).await),
            ANSWER_QUESTION => answered(call.answer_question(read(arguments)).await),
            CANCEL => answered(call.cancel(read(arguments)).await),
            _ => return None,
        })
    }
}

fn answered(outcome: Result<impl Serialize, Refused>) -> Result<Value, Refused> {
    Ok(serde_json::to_value(outcome?)?)
}

impl ServerHandler for Door {
    fn get_info(&self) -> ServerConfig {
        let about = Implementation::new("countersign", env!("CARGO_PKG_VERSION"));
        ServerConfig::new(ServerCapabilities::builder().enable_tools().build())
            .with_server_info(about.with_title("Countersign"))
            .with_instructions(INSTRUCTIONS)
    }

    fn get_tool(&self, name: &str) -> Option<Tool> {
        self.tools.iter().find(|tool| tool.name == name).cloned()
    }

    async fn list_tools(
        &self,
        _: Option<PaginatedRequestParams>,
        _: RequestContext<RoleServer>,
    ) -> Result<ListToolsResult, ErrorData> {
        Ok(ListToolsResult::with_all_items(self.tools.to_vec()))
    }

    async fn call_tool(
        &self,
        request: CallToolRequestParams,
        request_context: RequestContext<RoleServer>,
    ) -> Result<CallToolResponse, ErrorData> {
        // Put there by the authentication in front; without it nobody gets here.
        let parts = request_context.extensions.get::<Parts>();
        let context = parts.and_then(|parts| parts.extensions.get::<Context>());
        let unproved = || ErrorData::internal_error("the caller has not been proved", None);
        let context = context.ok_or_else(unproved)?;
        let outcome = self.call(context, &request.name, request.arguments).await;
        let unknown = || ErrorData::invalid_params("there is no such tool", None);
        Ok(match outcome.ok_or_else(unknown)? {
            Ok(answer) => CallToolResult::structured(answer),
            Err(refused) => {
                let tool = request.name.as_ref();
                let refusal = refused.recorded(&self.services, context, tool).await;
                CallToolResult::structured_error(refusal)
            }
        }
        .into())
    }
}
