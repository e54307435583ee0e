//! The descriptions of the catalogue. The build only brings them along: here each is read and checked.

use std::fs;
use std::path::Path;

use domain::description::Description;
use domain::provider::Provider;

#[test]
fn every_description_makes_sense_and_is_named_as_its_file() {
    let directory = Path::new(env!("CARGO_MANIFEST_DIR")).join("providers");
    for provider in Provider::ALL {
        let file = directory.join(provider.as_str()).with_extension("toml");
        let text = fs::read_to_string(&file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        // Read from the TOML first: its errors name the line.
        let description: Description =
            toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        assert_eq!(description.name, provider.as_str(), "{}: `name` is unlike the file's", file.display());
        description.check().unwrap_or_else(|fault| panic!("{}: {fault}", file.display()));
        let silent: Vec<usize> = description.shapes_without_names().collect();
        assert_eq!(silent, [0; 0], "{}: shapes with a `key` must say what it `names`", file.display());
        assert_eq!(provider.description(), Some(&description), "{provider}: the build has brought along another");
    }
}
