//! An account with the stack's parts in it: roles by the template, and what they may reach.

use std::collections::BTreeMap;

use aws_credential_types::Credentials;
use aws_sdk_sqs::types::QueueAttributeName;
use serde_json::{Value, json};
use tests::aws::Aws;
use tests::http::{Http, Request};
use tests::stack::{REGION, Stack};

use crate::names::Names;
use crate::role::Role;
use crate::template::Template;
use ::tests::implementation::Server;

/// The functions, by their ids in the template.
pub(crate) const FUNCTIONS: [&str; 3] = ["Ingest", "Process", "Sweep"];

/// Where the services are.
#[derive(Clone)]
pub(crate) struct Services {
    pub(crate) dynamodb: String,
    pub(crate) others: String,
    pub(crate) account: &'static str,
    /// Whether they verify signatures and evaluate policies.
    pub(crate) enforce: bool,
}

impl Services {
    /// All of them at `moto`.
    pub(crate) fn moto(moto: &Server, enforce: bool) -> Services {
        let endpoint = moto.endpoint.clone();
        Services { dynamodb: endpoint.clone(), others: endpoint, account: "123456789012", enforce }
    }
}

/// The account.
pub(crate) struct Account {
    pub(crate) services: Services,
    pub(crate) template: Template,
    /// The operator, who may do everything.
    pub(crate) operator: Aws,
    /// The same, where the ledger is.
    pub(crate) tables: Aws,
    /// What the harness needs to know of the stack.
    pub(crate) stack: Stack,
    credentials: BTreeMap<&'static str, Credentials>,
}

impl Account {
    /// Makes everything that the functions need, of the template with `parameters`.
    pub(crate) async fn create(services: Services, parameters: Vec<(&'static str, String)>) -> Account {
        let names = Names { endpoint: services.others.clone(), account: services.account };
        let template = Template { parameters, names };
        let anybody = Credentials::new("test", "test", None, None, "nobody looks at them");
        let identity = if services.enforce { sign_in(&services, &anybody).await } else { anybody.clone() };
        let aws = |credentials: &Credentials, endpoint: &str| {
            Aws::signed_in(Http::default(), Some(endpoint), credentials.clone(), REGION.to_owned())
        };
        let mut account = Account {
            operator: aws(&identity, &services.others),
            tables: aws(&identity, &services.dynamodb),
            stack: stack(&template, &services),
            template,
            credentials: FUNCTIONS.map(|function| (function, anybody.clone())).into(),
            services,
        };
        if account.services.enforce {
            account.make_roles(&anybody).await;
            // From now on, whoever asks is asked who they are.
            let switch = Request::new("POST", format!("{}/moto-api/reset-auth", account.services.others));
            let answer = Http::default()
                .send(&Request { body: b"0".to_vec(), ..switch }.with_header("content-type", "text/plain"))
                .await;
            assert_eq!(answer.status, 200, "{}", answer.text());
            check_signatures(&account.services, &identity).await;
        }
        account.make_table("Ledger", &account.stack.ledger_table).await;
        if account.template.resource("Refused").is_some() {
            account.make_table("Refused", &account.stack.refused_table).await;
        }
        account.make_queues().await;
        account.make_topic().await;
        account.make_bucket().await;
        account.make_log_groups().await;
        account
    }

    /// What `function` signs with.
    pub(crate) fn credentials(&self, function: &str) -> &Credentials {
        &self.credentials[function]
    }

    /// The role that the template gives to `function`.
    pub(crate) fn role(&self, function: &'static str) -> Role {
        Role::of(&self.template, function)
    }

    /// From now on, a function may do what `role` says, and nothing else.
    pub(crate) async fn grant(&self, role: &Role) {
        if self.services.enforce {
            let policy = role.policy().to_string();
            let form = [("RoleName", role.function), ("PolicyName", "template"), ("PolicyDocument", &policy)];
            ask_iam(&self.operator, "iam", "PutRolePolicy", &form).await;
        }
    }

    async fn make_roles(&mut self, anybody: &Credentials) {
        let aws = Aws::signed_in(Http::default(), Some(&self.services.others), anybody.clone(), REGION.to_owned());
        for function in FUNCTIONS {
            let trust = json!({"Version": "2012-10-17", "Statement": []}).to_string();
            let form = [("RoleName", function), ("AssumeRolePolicyDocument", &trust)];
            ask_iam(&aws, "iam", "CreateRole", &form).await;
            self.grant(&self.role(function)).await;
            let arn = self.template.names.attribute("AWS::IAM::Role", function, "Arn");
            let form = [("RoleArn", arn.as_str()), ("RoleSessionName", "lambda")];
            let answer = ask_iam(&aws, "sts", "AssumeRole", &form).await;
            let token = Some(element(&answer, "SessionToken"));
            let (id, secret) = (element(&answer, "AccessKeyId"), element(&answer, "SecretAccessKey"));
            self.credentials.insert(function, Credentials::new(id, secret, token, None, "AssumeRole"));
        }
    }

    async fn make_table(&self, id: &str, name: &str) {
        let mut table = self.template.resource(id).unwrap_or_else(|| panic!("the template has no {id}"));
        table["TableName"] = json!(name);
        let known = ["TableName", "AttributeDefinitions", "KeySchema", "GlobalSecondaryIndexes", "BillingMode"];
        table.as_object_mut().expect("properties have names").retain(|name, _| known.contains(&name.as_str()));
        let headers =
            [("content-type", "application/x-amz-json-1.0"), ("x-amz-target", "DynamoDB_20120810.CreateTable")];
        self.tables.call("dynamodb", "POST", "/", &headers, table.to_string().into()).await;
    }

    /// Makes the queues, which are empty then.
    pub(crate) async fn make_queues(&self) {
        const KNOWN: [QueueAttributeName; 3] = [
            QueueAttributeName::MaximumMessageSize,
            QueueAttributeName::MessageRetentionPeriod,
            QueueAttributeName::VisibilityTimeout,
        ];
        for id in self.template.of_type("AWS::SQS::Queue") {
            let properties = self.template.resource(id).unwrap_or_default();
            let mut create = self.operator.sqs.create_queue().queue_name(id);
            for attribute in KNOWN {
                match &properties[attribute.as_str()] {
                    Value::Null => {}
                    Value::String(text) => create = create.attributes(attribute, text),
                    other => create = create.attributes(attribute, other.to_string()),
                }
            }
            let created = create.send().await.unwrap_or_else(|error| panic!("making {id}: {error:?}"));
            let expected = self.template.names.reference("AWS::SQS::Queue", id);
            assert_eq!(created.queue_url(), Some(expected.as_str()), "where queues are");
        }
    }

    async fn make_topic(&self) {
        let topic = self.operator.sns.create_topic().name("Topic").send().await;
        let topic = topic.unwrap_or_else(|error| panic!("making the topic: {error:?}"));
        assert_eq!(topic.topic_arn(), Some(self.stack.topic_arn.as_str()), "where the topic is");
        let consumer = self.template.names.attribute("AWS::SQS::Queue", "ConsumerQueue", "Arn");
        let subscribe = self.operator.sns.subscribe().topic_arn(&self.stack.topic_arn).protocol("sqs");
        let subscribed = subscribe.endpoint(consumer).attributes("RawMessageDelivery", "true").send().await;
        subscribed.unwrap_or_else(|error| panic!("subscribing the consumer: {error:?}"));
    }

    async fn make_bucket(&self) {
        let made = self.operator.s3.create_bucket().bucket(&self.stack.bucket).send().await;
        made.unwrap_or_else(|error| panic!("making the bucket: {error:?}"));
    }

    async fn make_log_groups(&self) {
        for id in self.template.of_type("AWS::Logs::LogGroup") {
            let headers =
                [("content-type", "application/x-amz-json-1.1"), ("x-amz-target", "Logs_20140328.CreateLogGroup")];
            let body = json!({"logGroupName": id}).to_string();
            self.operator.call("logs", "POST", "/", &headers, body.into()).await;
        }
    }
}

/// Where nobody looks at signatures, a role would show nothing.
async fn check_signatures(services: &Services, operator: &Credentials) {
    let forged = Credentials::new(operator.access_key_id(), "forged", None, None, "forged");
    let forger = Aws::signed_in(Http::default(), Some(&services.others), forged, REGION.to_owned());
    let headers = [("content-type", "application/x-amz-json-1.1"), ("x-amz-target", "Logs_20140328.DescribeLogGroups")];
    let answer = forger.ask("logs", "POST", "/", &headers, b"{}".to_vec()).await.text();
    assert!(answer.contains("SignatureDoesNotMatch"), "a forged signature was taken: {answer}");
}

/// Makes a user who may do everything, and gives their key.
async fn sign_in(services: &Services, anybody: &Credentials) -> Credentials {
    let aws = Aws::signed_in(Http::default(), Some(&services.others), anybody.clone(), REGION.to_owned());
    let everything = json!({"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "*", "Resource": "*"}});
    ask_iam(&aws, "iam", "CreateUser", &[("UserName", "operator")]).await;
    let policy = everything.to_string();
    let form = [("UserName", "operator"), ("PolicyName", "everything"), ("PolicyDocument", &policy)];
    ask_iam(&aws, "iam", "PutUserPolicy", &form).await;
    let key = ask_iam(&aws, "iam", "CreateAccessKey", &[("UserName", "operator")]).await;
    Credentials::new(element(&key, "AccessKeyId"), element(&key, "SecretAccessKey"), None, None, "CreateAccessKey")
}

async fn ask_iam(aws: &Aws, service: &str, action: &str, fields: &[(&str, &str)]) -> String {
    let version = if service == "sts" { "2011-06-15" } else { "2010-05-08" };
    let fields = [("Action", action), ("Version", version)].into_iter().chain(fields.iter().copied());
    let form: Vec<String> = fields.map(|(name, value)| format!("{name}={}", percent_encoded(value))).collect();
    let headers = [("content-type", "application/x-www-form-urlencoded")];
    aws.call(service, "POST", "/", &headers, form.join("&").into()).await.text()
}

fn percent_encoded(text: &str) -> String {
    let encode = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
        other => format!("%{other:02X}"),
    };
    text.bytes().map(encode).collect()
}

/// The text of the first element `name` of an answer in XML.
fn element(answer: &str, name: &str) -> String {
    let text = answer.split_once(&format!("<{name}>")).and_then(|(_, rest)| rest.split_once('<'));
    text.unwrap_or_else(|| panic!("no {name} in {answer}")).0.to_owned()
}

fn stack(template: &Template, services: &Services) -> Stack {
    let of = |kind: &str, id: &str| template.names.reference(kind, id);
    let queue = |id: &str| of("AWS::SQS::Queue", id);
    let prefix = template.expand(&json!({"Ref": "SourcesPrefix"})).unwrap_or_default();
    Stack {
        endpoint: Some(services.others.clone()),
        function_url: "http://ingest".to_owned(),
        ledger_table: of("AWS::DynamoDB::Table", "Ledger"),
        events_queue_url: queue("EventsQueue"),
        dead_letter_queue_url: queue("DeadLetterQueue"),
        consumer_queue_url: queue("ConsumerQueue"),
        expect_queue_url: queue("ExpectQueue"),
        refused_table: of("AWS::DynamoDB::Table", "Refused"),
        consumer_dead_letter_queue_url: queue("ConsumerDeadLetterQueue"),
        bucket: of("AWS::S3::Bucket", "Bucket"),
        topic_arn: of("AWS::SNS::Topic", "Topic"),
        sources_prefix: prefix.as_str().unwrap_or_default().to_owned(),
        ingest_function: "Ingest".to_owned(),
        process_function: "Process".to_owned(),
        sweep_function: "Sweep".to_owned(),
        ingest_log_group: "IngestLogs".to_owned(),
        process_log_group: "ProcessLogs".to_owned(),
        sweep_log_group: "SweepLogs".to_owned(),
        log_file: None,
        pid: None,
    }
}
