"""Sets a source up: the secret that Landfall reads, and what the operator must do with the sender."""

import difflib
import getpass
import hashlib
import json
import os
import re
import secrets
import sys
import time
from pathlib import Path

from botocore.exceptions import ClientError

import catalogue
from guide import read

ROOT = Path(__file__).resolve().parent.parent.parent
SENDERS = catalogue.read()
# As domain::source_name has it.
SOURCE_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


def is_sender_or_nothing(answer):
    if answer == "" or answer in SENDERS:
        return None
    near = difflib.get_close_matches(answer, SENDERS)
    return "unknown sender, see docs/providers/README.md" + (f"; {' or '.join(near)}?" if near else "")


def listed():
    return "\n  ".join(["Senders (details in docs/providers/README.md):", *catalogue.columns(SENDERS)])


def ask(guide, is_asked_for):
    options = guide.options
    if options.provider is None and (options.yes or not is_asked_for):
        return None
    if options.provider is None:
        print("\n" + listed())
    provider = guide.ask(
        "provider", "Sender to set up", "", "its name; empty: none yet", check=is_sender_or_nothing,
    )
    if not provider:
        return None
    sender = SENDERS[provider]
    for doubt in sender.doubts():
        print(f"  Warning: {doubt}")
    name = guide.ask(
        "source", "Its name", f"{provider}-prod", "part of its URL and of each event's id",
        check=lambda answer: None if SOURCE_NAME.fullmatch(answer) else "small letters, digits and hyphens",
    )
    archive = guide.ask(
        "archive", "Archive its outputs", "no", "yes: they are copied into your bucket, and stay until you delete them",
        check=lambda answer: None if answer in ("yes", "no") else "yes or no",
    )
    content = {"provider": provider, **({"archive": True} if archive == "yes" else {})}
    if sender.leaves_header_out:
        content["token_header"] = guide.ask(
            "token_header", "Header of its token", "x-webhook-token", "the sender must send the token in it",
            check=lambda answer: None if catalogue.HEADER_NAME.fullmatch(answer) else "letters, digits and hyphens",
        )
    if sender.account_place:
        content["account"] = guide.ask(
            "account", "Your account there", "", f"as its deliveries name it in {sender.account_place}; "
            "empty: a token in the URL says which deliveries are yours",
        )
        if not content["account"]:
            del content["account"]
    return {"sender": sender, "name": name, "content": content}


def set_up(guide, session, deployed, source):
    """Creates the source's secret and prints its URL. An existing one is left alone, unless it is to be rotated."""
    client, name = session.client("secretsmanager"), f"{deployed['SourcesPrefix']}/source/{source['name']}"
    options, sender = guide.options, source["sender"]
    url = f"{deployed['FunctionUrl'].rstrip('/')}/hooks/{source['name']}"
    try:
        known = client.get_secret_value(SecretId=name)["SecretString"]
    except client.exceptions.ResourceNotFoundException:
        known = None
    except client.exceptions.InvalidRequestException:
        sys.exit(f"The secret {name} is being deleted, and its name is taken until then. Restore it, or choose another "
                 f"--source:\n  aws secretsmanager restore-secret --secret-id {name} --region {session.region_name}")
    content = source["content"]
    if known is not None and options.rotate:
        content = {**content, **of_same_sender(name, known, sender)}
    has_url_token = sender.needs_url_token(content)
    field = "token_sha256" if has_url_token else sender.field
    if known is not None and not (options.rotate and field):
        print(f"\nThe secret {name} exists already and was left alone.")
        return
    given_url, made = None, None
    if has_url_token:
        made = secrets.token_hex(16)
        url, proof = f"{url}/{made}", hashlib.sha256(made.encode()).hexdigest()
    elif sender.shares_a_secret:
        # Some senders show their secret only after they have the URL.
        given_url = introduce(options, source, url, has_url_token)
        proof = read_secret(options, sender)
        if not proof and sender.has_static_token:
            proof = made = secrets.token_hex(16)
        if not proof:
            print("\nNo secret yet: follow the steps above, then run this again with what the sender shows.")
            return
    if field:
        content[field] = [proof, *content.get(field, [])]
    if known is None:
        client.create_secret(Name=name, SecretString=json.dumps(content))
    else:
        client.put_secret_value(SecretId=name, SecretString=json.dumps(content))
    print(f"\nThe secret {name} was {'created' if known is None else 'changed'}.")
    if known is None:
        enter_in_directory(session, deployed["LedgerTable"], source["name"])
    if sender.is_believed_for_a_token and sender.can_be_asked:
        print("Only a token vouches for its events. Have Landfall ask the sender, with `confirm` and `api_key` in the"
              "\nsecret: docs/trust.md, Confirm with the sender.")
    given_url = given_url or introduce(options, source, url, has_url_token)
    given_token = None
    if sender.has_static_token and made:
        file = f"webhook-token-{source['name']}"
        _, given_token = hand_over(None, file, made, "The token to enter at the sender", is_secret=True)
        print("If the sender only uses a token that it made itself, run this again with --rotate and enter that.")
    tell_test(sender, content, given_url, given_token)


def enter_in_directory(session, table, source):
    """Writes the name of a new source into the directory by which ingest knows sources: the sweep lists it only after a
    minute, and Secrets Manager shows it after five at the latest."""
    client = session.client("dynamodb")
    try:
        client.update_item(
            TableName=table,
            # As domain::ledger::source_directory has it.
            Key={"id": {"S": "@sources"}},
            UpdateExpression="SET #names.#name = :now ADD revision :one",
            # One with this name alone would hide all others.
            ConditionExpression="attribute_exists(#names)",
            ExpressionAttributeNames={"#names": "names", "#name": source},
            ExpressionAttributeValues={":now": {"N": str(time.time_ns() // 1_000_000)}, ":one": {"N": "1"}},
        )
    except client.exceptions.ConditionalCheckFailedException:
        pass
    except ClientError as error:
        print(f"Its name could not be written to {table}: {error}\nLandfall knows it in six minutes at the latest; until then"
              " some of its deliveries may be answered with 503.")


def of_same_sender(name, known, sender):
    """The content of an existing secret. A change would break the secret of another sender."""
    try:
        content = json.loads(known)
        if content["provider"] == sender.name:
            return content
    except (ValueError, TypeError, KeyError):
        pass
    sys.exit(f"The secret {name} exists, but not for {sender.name}: choose another --source, or change it by hand.")


def read_secret(options, sender):
    while True:
        if options.secret_file:
            file = options.secret_file
            answer = (sys.stdin.readline() if file == "-" else Path(file).read_text("utf-8", "surrogateescape")).strip()
        else:
            answer = "" if options.yes else read(f"{sender.what_is_asked_for()}: ", by=getpass.getpass)
        is_missing = not answer and options.secret_file
        problem = "there is none" if is_missing else sender.problem(answer) if answer else None
        if problem is None:
            return answer
        print(f"That cannot be used: {problem}.", file=sys.stderr)
        if options.secret_file:
            sys.exit(1)


def introduce(options, source, url, is_secret):
    """Prints the URL and the setup steps. Returns what a shell reads as the URL."""
    sender, file = source["sender"], f"webhook-url-{source['name']}"
    print()
    name, given = hand_over(options.url_file, file, url, "The URL to enter at the sender", is_secret)
    print(f"Setup steps for {sender.title} (docs/providers/{sender.name}.md); this program stores its secret for Landfall:")
    for number, step in enumerate(sender.about.get("set_up", []), 1):
        print(f"  {number}. {step.replace('{url}', name)}")
    return given


def hand_over(file, name, text, what, is_secret):
    """Prints `text`, or the file it is in: a secret must not get into a log. Returns how prose and how a shell name it."""
    if file is None and is_secret and not sys.stdout.isatty():
        file = str(ROOT / "target" / name)
    if file is None:
        print(f"{what}{'; anybody who knows it can send, and it is shown only now' if is_secret else ''}:\n  {text}")
        return text, f"'{text}'"
    Path(file).parent.mkdir(parents=True, exist_ok=True)
    with open(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as output:
        output.write(text + "\n")
    print(f"{what} is in {file}")
    return f"<what is in {file}>", f'"$(cat \'{file}\')"'


def tell_test(sender, content, url, token):
    lines = sender.test_lines(content.get("token_header"), url, token)
    if lines is None:
        print(f"For a test, have {sender.title} send one: its signature takes more than a line of shell.")
        return
    print("A test delivery; consumers see landfall.unrecognized unless it looks like an event of the sender:")
    print("\n".join(f"  {line}" for line in lines))
