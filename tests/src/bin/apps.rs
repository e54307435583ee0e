//! `apps`: the example applications on the local stack that `STACK_FILE` names, with a sender that is played.
//!
//! Each is started as its README says. Its page is asked for a picture, the sender takes its time and reports the end of
//! the job to Landfall, and the page then shows the picture.
#![expect(clippy::print_stdout, reason = "a command line tool speaks on the terminal")]

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use clap::{Parser, ValueEnum};
use domain::event::event_type::Thing;
use domain::provider::Provider;
use serde_json::json;
use tests::expectation::job_id;
use tests::http::Request;
use tests::observe::until;
use tests::sender;
use tests::simulator::{End, Job, Simulator};
use tests::source::Source;
use tests::stack::REGION;
use tests::world::{World, run};

/// How long a picture takes at a sender that a person looks at.
const PAINTING: Duration = Duration::from_secs(3);

/// Runs the example applications, asks each for a picture and checks that its page shows it.
#[derive(Parser)]
struct Arguments {
    /// Starts only this one, for you to look at, until you interrupt it
    #[arg(long, value_enum)]
    open: Option<App>,
}

/// An application of `examples/apps`.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum App {
    Python,
    Typescript,
}

/// An application that runs, and all around it.
struct Scene {
    world: &'static World,
    sender: Simulator,
    source: Source,
    page_url: String,
    process: Child,
}

fn main() {
    let Arguments { open } = Arguments::parse();
    run(async |world| match open {
        Some(app) => Scene::begin(world, app).await.play().await,
        None => {
            for app in [App::Python, App::Typescript] {
                println!("the application in {app:?}");
                Scene::begin(world, app).await.check().await;
            }
        }
    });
}

impl App {
    /// What starts it, within the project.
    fn command(self) -> Command {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let (program, file): (PathBuf, _) = match self {
            App::Python => (root.join(".venv-sam/bin/python"), "examples/apps/python/app.py"),
            App::Typescript => ("node".into(), "examples/apps/typescript/dist/app.js"),
        };
        let mut command = Command::new(program);
        command.arg(root.join(file));
        command
    }
}

impl Scene {
    async fn begin(world: &'static World, app: App) -> Scene {
        let sender = Simulator::start(Provider::Get3w);
        let source = world.set_up(sender.expects(Source::new(Provider::Get3w))).await;
        let queue_url = world.subscribed_queue(&json!({"source": [source.name]})).await;
        let endpoint = world.stack.endpoint.as_deref().expect("the applications run on a local stack");
        let mut command = app.command();
        command.stdout(Stdio::piped()).envs([
            ("SENDER_URL", sender.base_url().as_str()),
            ("SENDER_KEY", &sender.key()),
            ("WEBHOOK_URL", &sender::url(&world.stack, &source.name, None)),
            ("QUEUE_URL", &queue_url),
            ("SOURCE", &source.name),
            ("EXPECT_QUEUE_URL", &world.stack.expect_queue_url),
            ("PORT", "0"),
            ("AWS_ENDPOINT_URL", endpoint),
            ("AWS_REGION", REGION),
            ("AWS_DEFAULT_REGION", REGION),
            ("AWS_ACCESS_KEY_ID", "local"),
            ("AWS_SECRET_ACCESS_KEY", "local"),
        ]);
        let mut process = command.spawn().unwrap_or_else(|error| panic!("{app:?} cannot be started: {error}"));
        let mut page_url = String::new();
        let output = process.stdout.take().expect("it is piped");
        BufReader::new(output).read_line(&mut page_url).expect("it says where its page is");
        let page_url = page_url.trim().to_owned();
        assert!(page_url.starts_with("http://127.0.0.1:"), "{app:?} has no page: {page_url}");
        Scene { world, sender, source, page_url, process }
    }

    /// Asks for three pictures: one is painted, one cannot be, and of one the webhook is lost.
    async fn check(&self) {
        let painted = self.ask("a lighthouse").await;
        self.end(&painted, End::Completed).await;
        // The same again, as senders do: the page shows one.
        self.end(&painted, End::Completed).await;
        self.shows_picture("a lighthouse", &painted).await;
        let failed = self.ask("nothing & <nobody>").await;
        self.end(&failed, End::Failed).await;
        self.shows(": failed the input cannot be used").await;
        let lost = self.ask("a message in a bottle").await;
        self.sender.finish(&lost.id, End::Completed);
        self.world.job_in(&job_id(&self.source, Thing::Job, &lost.id), "ended").await;
        self.shows_picture("a message in a bottle", &lost).await;
    }

    /// Has the application submit a job.
    async fn ask(&self, prompt: &str) -> Job {
        let known = self.sender.jobs().len();
        self.submit(prompt).await;
        let mut jobs = self.sender.jobs();
        assert_eq!(jobs.len(), known + 1, "the application submits a job for each request");
        let job = jobs.remove(known);
        self.shows(&format!(r#"<li id="{}">"#, job.id)).await;
        job
    }

    async fn shows_picture(&self, prompt: &str, job: &Job) {
        let link = self.sender.link(&job.id);
        self.shows(&format!("{prompt}: completed ")).await;
        self.shows(&format!(r#"<img src="{link}""#)).await;
        assert_eq!(self.world.fetch(&link).await.status, 200, "the picture is there");
    }

    /// Paints whatever the person asks for.
    async fn play(&self) -> ! {
        println!("open {} and ask for a picture; interrupt this when you have seen enough", self.page_url);
        loop {
            tokio::time::sleep(PAINTING).await;
            for job in self.sender.jobs().iter().filter(|job| job.end.is_none()) {
                self.end(job, End::Completed).await;
            }
        }
    }

    async fn submit(&self, prompt: &str) {
        let encoded: String = prompt.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let request = Request {
            body: format!("prompt={encoded}").into_bytes(),
            ..Request::new("POST", format!("{}/jobs", self.page_url))
        };
        let request = request.with_header("content-type", "application/x-www-form-urlencoded");
        let answer = self.world.send(&request).await;
        assert_eq!(answer.status, 303, "the page takes a request");
    }

    /// Ends a job at the sender, which then posts to the URL that it was given.
    async fn end(&self, job: &Job, end: End) {
        self.sender.finish(&job.id, end);
        let url = job.webhook_url.as_deref().expect("the application gives the sender a URL");
        let secret = self.source.secrets.first().map(String::as_str);
        let webhook = sender::request(url, Provider::Get3w, secret, &self.sender.webhook(&job.id, end));
        let answer = self.world.deliver(&webhook).await;
        assert_eq!(answer.status, 200, "Landfall takes the webhook");
    }

    async fn shows(&self, text: &str) {
        until(&format!("{text} on the page"), async || {
            let page = String::from_utf8_lossy(&self.world.fetch(&self.page_url).await.body).into_owned();
            if page.contains(text) { Ok(()) } else { Err(page) }
        })
        .await;
    }
}

impl Drop for Scene {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
