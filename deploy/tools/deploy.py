"""Deploys Landfall to an AWS account, and guides through the first time.

Runs with the SAM CLI's own Python, which has boto3: `make deploy`.
"""

import argparse
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import boto3
import tomlkit
from botocore.exceptions import BotoCoreError, ClientError

import delivery_check
import limits
import sources
import stack as stacks
from guide import Guide

ROOT = Path(__file__).resolve().parent.parent.parent
SAM = str(Path(sys.executable).parent / "sam")
EMAIL = re.compile(r"[^@ ]+@[^@ ]+")

WHAT_COMES = """
This creates one CloudFormation stack: three Lambda functions with a role each, a DynamoDB table, four SQS queues,
two SNS topics, an S3 bucket, log groups, alarms and a dashboard; and one secret in Secrets Manager for each sender.
It costs a few dollars a month while idle (alarms, dashboard, secrets), and a few dollars more for a million events;
docs/performance.md has the figures."""
SAMS_BUCKET = """
First, SAM creates a bucket for the binaries if the account has none in this region yet (the stack
aws-sam-cli-managed-default). Then it shows each change of the inbox, and asks before it makes any."""


def main():
    # Its own output and that of the programs it runs must appear in order, also in a log.
    sys.stdout.reconfigure(line_buffering=True)
    options = arguments()
    guide = Guide(options)
    account = sign_in()
    settings = samconfig()
    region = guide.ask(
        "region", "Region", boto3.session.Session().region_name or "",
        "near the senders or the consumers; a stack cannot move", check=is_region,
    )
    stack = guide.ask("stack", "Stack", settings["stack_name"], "the name of this inbox; two names are two inboxes")
    session = boto3.session.Session(region_name=region)
    deployed = stacks.find(session, stack)
    is_first = deployed is None
    deploys_nothing = options.only_source or options.check_delivery
    if deploys_nothing and is_first:
        sys.exit(f"There is no stack {stack} in {region}: leave --only-source and --check-delivery out to deploy it.")
    if options.check_delivery:
        delivery_check.check(session, deployed.outputs)
        return
    print(f"\nAccount {account}, region {region}, stack {stack}: " + ("a first deployment" if is_first else "an update"))

    parameters = {**settings["parameters"], **dict(options.parameter)}
    if options.architecture:
        parameters["Architecture"] = options.architecture
    if is_first:
        print(WHAT_COMES + "\n")
        parameters["AlarmEmail"] = guide.ask(
            "alarm_email", "E-mail for alarms", parameters.get("AlarmEmail", ""),
            "empty: alarms only show in CloudWatch; AWS asks the address to confirm", check=is_email_or_nothing,
        )
    elif options.alarm_email is not None:
        parameters["AlarmEmail"] = options.alarm_email
    if not options.only_source:
        if is_first:
            limits.settle_front(guide, region, parameters)
        limits.settle_concurrency(guide, session, deployed, parameters)
    source = sources.ask(guide, is_first or options.only_source)
    former_key = "" if is_first else deployed.parameters.get("KeyArn", "")
    if not options.only_source:
        deploy(guide, region, stack, parameters)
        deployed = None if options.dry_run else stacks.find(session, stack)
    if options.dry_run:
        if source:
            print(f"Then it would create the secret {{SourcesPrefix}}/source/{source['name']}, if there is none.")
        return
    if deployed is None:
        sys.exit("Stack not created: the change set was not executed.")
    if deployed.parameters.get("KeyArn", "") not in ("", former_key):
        delivery_check.check(session, deployed.outputs)
    if source:
        sources.set_up(guide, session, deployed.outputs, source)
    tell(deployed.outputs, region, stack)


def deploy(guide, region, stack, parameters):
    steps = [["make", "build", f"ARCHITECTURE={parameters.get('Architecture', 'x86_64')}"], [SAM, "build"]]
    steps[1] += ["--parameter-overrides", *overrides(parameters)]
    steps.append([SAM, "deploy", "--region", region, "--stack-name", stack, "--parameter-overrides", *overrides(parameters)])
    if guide.options.yes:
        steps[2].append("--no-confirm-changeset")
    if guide.options.dry_run:
        print("\nThis would run; SAM would show each change and ask before it makes any:")
        for step in steps:
            print("  " + " ".join(step))
        return
    print(SAMS_BUCKET)
    if not guide.agrees("Build and deploy now?"):
        sys.exit("Nothing was changed.")
    for step in steps:
        environment = {**os.environ, "SAM_CLI_TELEMETRY": "0"}
        environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"
        if subprocess.run(step, cwd=ROOT, env=environment).returncode != 0:
            sys.exit(f"\nThis failed, see above: {' '.join(step)}\nFix it, then run make deploy again.")


def arguments():
    parser = argparse.ArgumentParser(
        prog="make deploy", usage="make deploy [ARGS='option ...']", description=__doc__.split("\n\n")[0],
        formatter_class=argparse.RawDescriptionHelpFormatter,
        epilog="It asks for everything that is not given; with --yes it uses the defaults.\n\n" + sources.listed(),
    )
    parser.add_argument("--region", help="default: the region of the shell's AWS configuration")
    parser.add_argument("--stack", help="default: stack_name in samconfig.toml")
    parser.add_argument("--architecture", choices=["x86_64", "arm64"], help="default: that in samconfig.toml, or x86_64")
    parser.add_argument("--alarm-email", help="where alarms are sent; default: nowhere")
    parser.add_argument("--provider", metavar="NAME", help="the sender to set up, one of those below")
    parser.add_argument("--source", metavar="NAME", help="its name, which becomes part of its URL; default: {provider}-prod")
    parser.add_argument("--archive", choices=["yes", "no"], help="copy outputs into the bucket; default: no")
    parser.add_argument("--token-header", metavar="HEADER", help="for senders whose token is in a header of your choice: its name")
    parser.add_argument(
        "--account", metavar="ACCOUNT",
        help="your account at a sender that signs for all of its customers with the same keys; without it, a token in the URL says that a delivery is yours",
    )
    parser.add_argument(
        "--secret-file", metavar="FILE",
        help="holds the sender's secret, token, name:password or public key; - is standard input",
    )
    parser.add_argument("--url-file", metavar="FILE", help="write the webhook URL to this file instead of the terminal")
    parser.add_argument("--only-source", action="store_true", help="deploy nothing; set up one more sender for an existing stack")
    parser.add_argument("--rotate", action="store_true", help="put a new secret or token before those of an existing source")
    parser.add_argument(
        "--parameter", metavar="NAME=VALUE", action="append", default=[], type=parameter,
        help="one of template.yaml's, as in samconfig.toml; several times for several",
    )
    parser.add_argument(
        "--check-delivery", action="store_true", help="deploy nothing; publish one event and look for it in the consumer queue",
    )
    parser.add_argument("--yes", action="store_true", help="ask no questions")
    parser.add_argument("--dry-run", action="store_true", help="print what would be done, and do nothing")
    options = parser.parse_args()
    if options.check_delivery and options.dry_run:
        parser.error("--check-delivery publishes an event: leave --dry-run out")
    of_a_source = {"--source": options.source, "--token-header": options.token_header, "--account": options.account}
    for option, value in of_a_source.items():
        if value and not options.provider:
            parser.error(f"{option} needs --provider")
    if problem := sources.is_sender_or_nothing(options.provider or ""):
        parser.error(f"--provider: {problem}")
    sender = sources.SENDERS.get(options.provider)
    if sender and options.token_header and not sender.leaves_header_out:
        parser.error(f"--token-header: you cannot choose the header with {sender.name}")
    if sender and options.account and not sender.account_place:
        parser.error(f"--account: the deliveries of {sender.name} name none, or its keys are yours alone")
    if sender and options.secret_file and not sender.shares_a_secret:
        parser.error(f"--secret-file: {sender.name} needs none")
    if options.secret_file not in (None, "-") and not Path(options.secret_file).is_file():
        parser.error(f"--secret-file: there is no file {options.secret_file}")
    return options


def parameter(text):
    name, equals, value = text.partition("=")
    if not (name and equals):
        raise argparse.ArgumentTypeError("write NAME=VALUE")
    return name, value


def is_region(region):
    # AWS's European Sovereign Cloud begins with more than two letters: eusc-de-east-1.
    return None if re.fullmatch(r"[a-z]{2,}(-[a-z]+)+-\d", region) else "name one, such as eu-west-1"


def is_email_or_nothing(answer):
    return None if answer == "" or EMAIL.fullmatch(answer) else "not an e-mail address"


def sign_in():
    """The account, once all that a deployment needs is there."""
    for tool, where in {"cargo": "https://rustup.rs", "make": "your system's packages"}.items():
        if shutil.which(tool) is None:
            sys.exit(f"{tool} is missing: get it from {where}")
    try:
        identity = boto3.client("sts", region_name=boto3.session.Session().region_name or "us-east-1").get_caller_identity()
    except (BotoCoreError, ClientError) as error:
        sys.exit(f"No valid AWS credentials: {error}\nSign in (aws sso login, aws configure, or AWS_PROFILE) and try again.")
    print(f"Signed in as {identity['Arn']}")
    return identity["Account"]


def samconfig():
    config = tomlkit.parse((ROOT / "samconfig.toml").read_text()).unwrap()["default"]["global"]["parameters"]
    pairs = [pair.split("=", 1) for pair in config.get("parameter_overrides", [])]
    return {"stack_name": config["stack_name"], "parameters": {name: value for name, value in pairs}}


def overrides(parameters):
    # An empty value would be left out of what SAM hands on, so that a former one stays.
    return [f"{name}={value}" for name, value in parameters.items() if value != ""]


def tell(deployed, region, stack):
    print(f"""
Landfall is deployed.
  health     curl {deployed['FunctionUrl']}health
  consumers  {deployed['ConsumerQueueUrl']} (docs/consumers.md)
  topic      {deployed['TopicArn']}
  logs       {deployed['IngestLogGroup']}, {deployed['ProcessLogGroup']} (docs/logs.md)
  alarms     CloudWatch, dashboard {deployed['Dashboard']} (docs/runbook.md)
  later      make deploy ARGS='--region {region} --stack {stack}' updates it; with --only-source it sets up one more sender""")


if __name__ == "__main__":
    main()
