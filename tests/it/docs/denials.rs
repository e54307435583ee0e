//! The first hour finds a permission that is missing, however the service says so.

use super::commands::calls;
use super::pages::all;

/// As services say it, and as the functions then log it, in `trouble` or in `reason`.
const DENIALS: [&str; 4] = [
    "dynamodb:PutItem: AccessDeniedException: User: arn:aws:sts::1:assumed-role/r is not authorized to perform: dynamodb:PutItem",
    "sqs:SendMessage: KMS.AccessDeniedException: no message",
    "sns:Publish: AuthorizationErrorException: User: arn:aws:sts::1:assumed-role/r is not authorized to perform: SNS:Publish",
    // A HEAD has no body that could say more.
    "s3:HeadObject: HTTP 403: no message",
];

#[test]
fn the_first_hour_looks_for_every_way_to_say_that_a_permission_is_missing() {
    let page = all().into_iter().find(|page| page.path == "docs/first-deployment.md").expect("the page");
    let asked: Vec<String> = calls(&page).into_iter().flatten().filter(|it| it.starts_with("{ $.trouble = ")).collect();
    for field in ["trouble", "reason"] {
        for denial in DENIALS {
            let finds = |pattern: &String| {
                let behind = pattern.split_once(&format!("$.{field} = \"*")).expect("it asks for both fields").1;
                denial.contains(behind.split_once("*\"").expect("it asks for a part").0)
            };
            assert!(asked.iter().any(finds), "{field}: {denial}");
        }
    }
}
