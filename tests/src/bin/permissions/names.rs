//! What the parts of the stack are called in the account that is played. CloudFormation would make names of its own.

/// The names, and what they are made of.
#[derive(Clone)]
pub(crate) struct Names {
    /// Where the queues are.
    pub(crate) endpoint: String,
    pub(crate) account: &'static str,
}

impl Names {
    /// What `Ref` gives of the resource `id`.
    pub(crate) fn reference(&self, kind: &str, id: &str) -> String {
        match kind {
            "AWS::SQS::Queue" => format!("{}/{}/{id}", self.endpoint, self.account),
            "AWS::SNS::Topic" => self.attribute(kind, id, "Arn"),
            // A bucket's name is in lower case.
            "AWS::S3::Bucket" => id.to_lowercase(),
            _ => id.to_owned(),
        }
    }

    /// What `Fn::GetAtt` gives of the resource `id`.
    pub(crate) fn attribute(&self, kind: &str, id: &str, attribute: &str) -> String {
        let of = |service: &str, resource: String| {
            format!("arn:aws:{service}:{}:{}:{resource}", self.pseudo("AWS::Region"), self.account)
        };
        match (kind, attribute) {
            ("AWS::DynamoDB::Table", "Arn") => of("dynamodb", format!("table/{id}")),
            ("AWS::S3::Bucket", "Arn") => format!("arn:aws:s3:::{}", id.to_lowercase()),
            ("AWS::SQS::Queue", "Arn") => of("sqs", id.to_owned()),
            ("AWS::SNS::Topic", "Arn") => of("sns", id.to_owned()),
            ("AWS::Logs::LogGroup", "Arn") => of("logs", format!("log-group:{id}:*")),
            ("AWS::Lambda::Function", "Arn") => of("lambda", format!("function:{id}")),
            ("AWS::IAM::Role", "Arn") => format!("arn:aws:iam::{}:role/{id}", self.account),
            (_, "QueueName" | "TopicName") => id.to_owned(),
            _ => panic!("the template asks for {attribute} of {id}, which has no name here yet"),
        }
    }

    /// What CloudFormation itself gives a name to.
    pub(crate) fn pseudo(&self, name: &str) -> &str {
        match name {
            "AWS::AccountId" => self.account,
            "AWS::Partition" => "aws",
            "AWS::Region" => tests::stack::REGION,
            "AWS::StackName" => "landfall",
            "AWS::URLSuffix" => "amazonaws.com",
            other => panic!("the template names {other}, which is not known here yet"),
        }
    }
}
