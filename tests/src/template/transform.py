"""Prints template.yaml as CloudFormation sees it: after the SAM transform, in JSON."""

import json
import sys

from samcli.yamlhelper import yaml_parse
from samtranslator.translator.transform import transform


class NoManagedPolicies:
    """Landfall's roles name none, so there is no need to ask an account for them."""

    def load(self):
        return {}


with open(sys.argv[1], encoding="utf-8") as file:
    template = yaml_parse(file.read())

# The transform takes packaged code only; `sam package` would put an address of this form here.
template["Globals"]["Function"]["CodeUri"] = "s3://bucket/key"
json.dump(transform(template, {}, NoManagedPolicies()), sys.stdout)
