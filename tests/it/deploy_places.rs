//! Where `landfall deploy` and `landfall upgrade` put things: regions without function URLs, other partitions, and the bucket.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use expect_test::expect;
use serde_json::Value;

use crate::played_account::{Account, Run};
use crate::played_release::release;

const BUCKET: &str = "HEAD landfall-artifacts-111122223333-eu-west-1";

/// The regions without function URLs.
fn regions_without() -> BTreeMap<String, String> {
    let list: Value = serde_json::from_str(include_str!("../../deploy/function_urls.json")).expect("it is JSON");
    serde_json::from_value(list["regions_without"].clone()).expect("each has its source")
}

#[test]
fn a_region_without_function_urls_gets_an_http_api() {
    for region in [
        "ap-south-2",
        "ap-southeast-4",
        "ap-southeast-5",
        "ap-southeast-6",
        "ap-southeast-7",
        "ap-east-2",
        "ca-west-1",
        "eu-south-2",
        "eu-central-2",
        "il-central-1",
        "me-central-1",
        "us-gov-west-1",
        "cn-northwest-1",
    ] {
        let (told, succeeded) =
            Account::of_concurrency(1000).deploy(&format!("deploy --yes --dry-run --region {region}"));
        assert!(succeeded && told.contains(" Front=http-api"), "{told}");
        assert!(told.contains(&format!("{region} has no function URLs (")), "{told}");
    }
    let (told, _) = Account::of_concurrency(1000).deploy("deploy --yes --dry-run --region eu-west-1");
    assert!(!told.contains("Front="), "{told}");
    // An operator who knows better has the last word.
    let (told, _) =
        Account::of_concurrency(1000).deploy("deploy --yes --dry-run --region ap-southeast-5 --parameter Front=url");
    assert!(told.contains(" Front=url"), "{told}");
}

/// CloudFormation's types by region, as cfn-lint has them.
#[test]
fn every_region_whose_cloudformation_lacks_the_type_is_known() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let packages = fs::read_dir(root.join(".venv-sam/lib")).expect("SAM is installed by `make build`");
    let python = packages.flatten().next().expect("it has a Python").path();
    let schemas = python.join("site-packages/cfnlint/data/schemas/providers");
    let (mut lacking, mut seen) = (Vec::new(), 0);
    for file in fs::read_dir(schemas).expect("cfn-lint has schemas").flatten() {
        let name = file.file_name().to_string_lossy().into_owned();
        let Some(region) = name.strip_suffix(".json").filter(|region| region.contains('-')) else { continue };
        let types = fs::read_to_string(file.path()).expect("it can be read");
        seen += 1;
        if !types.contains("\"AWS::Lambda::Url\"") {
            lacking.push(region.to_owned());
        }
    }
    let known = regions_without();
    lacking.retain(|region| !known.contains_key(region));
    assert!(lacking.is_empty() && seen > 30, "{seen} regions; not in deploy/function_urls.json: {lacking:?}");
}

/// A release has the page, and not the file.
#[test]
fn the_page_lists_the_regions_without_function_urls() {
    let page = include_str!("../../docs/hardening.md");
    let section = page.split("## An HTTP API instead of the function URL").nth(1).expect("it has the section");
    let section = section.split("\n## ").next().unwrap_or_default();
    let shown: Vec<String> = regions_without().keys().map(|region| format!("`{region}`")).collect();
    let list = shown.join(", ");
    assert!(section.split_whitespace().collect::<Vec<_>>().join(" ").contains(&list), "not in the section: {list}");
}

#[test]
fn a_template_for_an_http_api_has_no_function_url() {
    let release = release();
    let uploaded = |front: &str| {
        let account = Account::with_stack("UPDATE_COMPLETE").upgrading("");
        let run =
            account.run(&release.with(&format!("upgrade --yes --region eu-west-1 --parameter Front={front}")), "");
        let template = run.calls.into_iter().find(|call| call.contains("AWSTemplateFormatVersion"));
        template.expect("the template is uploaded")
    };
    assert!(uploaded("url").contains("AWS::Lambda::Url"));
    assert!(!uploaded("http-api").contains("AWS::Lambda::Url"));
}

#[test]
fn a_region_of_the_european_sovereign_cloud_is_one() {
    let (told, succeeded) = Account::of_concurrency(1000).deploy("deploy --yes --dry-run --region eusc-de-east-1");
    assert!(succeeded && told.contains("region eusc-de-east-1"), "{told}");
}

#[test]
fn callers_of_another_partition_are_told_to_name_a_region() {
    let unknown = "<ErrorResponse><Error><Code>InvalidClientTokenId</Code><Message>The security token included in the request \
        is invalid</Message></Error></ErrorResponse>";
    let account = || Account::of_concurrency(1000).answering("GetCallerIdentity", 403, unknown);
    let Run { told, .. } = account().run("deploy --yes --dry-run", "");
    expect![[r#"
        landfall: No valid AWS credentials: sts:GetCallerIdentity: The security token included in the request is invalid. us-east-1 was asked: credentials of another partition are only valid in its own regions, so name one with --region
        Sign in (aws sso login, aws configure, or AWS_PROFILE) and try again."#]].assert_eq(told.trim_end());
    let Run { told, .. } = account().run("deploy --yes --dry-run --region eusc-de-east-1", "");
    assert!(!told.contains("--region"), "{told}");
}

/// Nobody is surprised by a bucket.
#[test]
fn a_bucket_is_asked_for_before_it_is_made() {
    let answers = "no@example.com\n\nno\n";
    let account = Account::of_concurrency(1000);
    let (told, succeeded) = account.deploy_with("deploy --region eu-west-1 --stack landfall", answers);
    assert!(!succeeded && told.contains("uploaded to a bucket of your account"), "{told}");
    assert!(told.contains("Nothing was changed."), "{told}");

    let release = release();
    let account = Account::of_concurrency(1000).upgrading("").answering(BUCKET, 404, "");
    let Run { told, succeeded, calls, .. } =
        account.run(&release.with("deploy --region eu-west-1 --stack landfall"), "\n\nyes\nno\n");
    let asked =
        "Create the bucket landfall-artifacts-111122223333-eu-west-1 in eu-west-1 for the functions and the template?";
    assert!(!succeeded && told.contains(asked) && told.contains("Nothing was changed."), "{told}");
    assert!(!calls.iter().any(|call| call.starts_with("PUT")), "{calls:?}");
}

#[test]
fn a_dry_run_makes_no_bucket() {
    let release = release();
    let account = Account::with_stack("UPDATE_COMPLETE").upgrading("").answering(BUCKET, 404, "");
    let Run { told, succeeded, calls, .. } =
        account.run(&release.with("upgrade --yes --dry-run --region eu-west-1"), "");
    assert!(!succeeded && told.contains(" and --dry-run makes none."), "{told}");
    assert!(!calls.iter().any(|call| call.starts_with("PUT")), "{calls:?}");
}

#[test]
fn a_bucket_is_named_in_the_callers_partition() {
    let release = release();
    let identity = "<GetCallerIdentityResponse><GetCallerIdentityResult><Account>111122223333</Account>\
        <Arn>arn:aws-iso-b:iam::111122223333:user/ops</Arn></GetCallerIdentityResult></GetCallerIdentityResponse>";
    let account = Account::with_stack("UPDATE_COMPLETE").upgrading("").answering(BUCKET, 404, "");
    let Run { told, calls, .. } = account
        .answering("GetCallerIdentity", 200, identity)
        .run(&release.with("upgrade --yes --region eu-west-1"), "");
    let policy = calls.iter().find(|call| call.contains("OnlyOverTls")).expect("it has a policy");
    assert!(policy.contains("arn:aws-iso-b:s3:::landfall-artifacts-111122223333-eu-west-1/*"), "{policy}: {told}");
}

#[test]
fn a_bucket_of_somebody_else_is_not_used() {
    let release = release();
    let arguments = release.with("upgrade --yes --region eu-west-1 --bucket theirs");
    let (told, succeeded) = Account::with_stack("UPDATE_COMPLETE").answering("theirs", 403, "").deploy(&arguments);
    assert!(
        !succeeded && told.contains("The bucket theirs belongs to another account, or you may not use it"),
        "{told}"
    );
}
