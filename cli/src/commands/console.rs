//! `landfall console`.

use clap::Args;

use crate::console::Server;
use crate::context::Context;
use crate::error::Result;
use crate::session::Session;

/// The options of `landfall console`.
#[derive(Debug, Args)]
pub struct Arguments {
    /// The port on 127.0.0.1; default: a free one
    #[arg(long, value_name = "NUMBER")]
    port: Option<u16>,
}

/// Serves the console until it is interrupted.
pub(crate) async fn run(arguments: &Arguments, context: &Context) -> Result<()> {
    let session = Session::new(context.session.options().clone());
    let server = Server::start(session, arguments.port.unwrap_or(0)).await?;
    context.output.text(&format!("{}\n", server.url))?;
    context.output.words("Open this URL in a browser: it opens one, once. Ctrl-C ends the console.");
    server.serve(&context.interrupt).await
}
