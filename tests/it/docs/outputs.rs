//! The outputs of the stack that commands ask for exist.

use crate::runbook::outputs_exist;
use crate::template::TEMPLATE;

use super::pages::all;

#[test]
fn every_output_that_commands_ask_for_exists() {
    let mut count = 0;
    for page in all() {
        let commands = [page.blocks("sh"), page.commands_on_aws()].concat().join("\n");
        count += outputs_exist(&commands);
        // Without the helper, or by a variable that takes one after the other.
        let queried = commands.split("OutputKey=='").skip(1).filter_map(|rest| rest.split('\'').next());
        let listed = commands.split([' ', '\n', ';', '"']).filter(|word| word.ends_with("LogGroup"));
        for output in queried.filter(|name| *name != "$1").chain(listed) {
            assert!(TEMPLATE["Outputs"].get(output).is_some(), "{}: the stack has no output {output}", page.path);
            count += 1;
        }
    }
    assert!(count > 40, "only {count} outputs were found");
}
