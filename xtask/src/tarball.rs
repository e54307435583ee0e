//! A release: one archive with all that a deployment needs, and what says where it comes from.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use crate::error::{Context as _, Error, Result};
use crate::functions::{Architecture, FUNCTIONS, build_for_lambda};
use crate::project::{Project, cargo_home};
use crate::release::sbom;
use crate::tools::{SAM, remove};

/// What is released, by its package and its folder.
pub(crate) const RELEASED: [(&str, &str); 4] = [
    ("ingest", "functions/ingest"),
    ("landfall", "cli"),
    ("process", "functions/process"),
    ("sweep", "functions/sweep"),
];

/// A commit, and where it is built.
pub(crate) struct Release<'a> {
    pub(crate) project: &'a Project,
    pub(crate) architecture: Architecture,
    /// The sources of the commit, and where cargo builds them.
    pub(crate) sources: &'a Path,
    pub(crate) target: PathBuf,
}

/// Builds `target/landfall-{version}-{architecture}.tar.gz`, and packs it twice: both must be the same.
pub(crate) fn release(project: &Project, architecture: Architecture) -> Result<PathBuf> {
    let release = Release { project, architecture, sources: &project.root, target: project.target.clone() };
    let archive = release.make()?;
    let first = fs::read(&archive).context(archive.display())?;
    release.pack()?;
    if fs::read(&archive).context(archive.display())? != first {
        return Err(Error::Precondition(format!("{} is another one when it is packed again", archive.display())));
    }
    println!("{}", project.output(project.command("sha256sum").arg(&archive))?);
    Ok(archive)
}

impl Release<'_> {
    /// Builds and packs.
    pub(crate) fn make(&self) -> Result<PathBuf> {
        self.check_toolchain()?;
        SAM.install(self.project)?;
        self.project.say(&format!("building the functions for {}", self.architecture));
        self.project.run(
            build_for_lambda(self.project, self.architecture)
                .current_dir(self.sources)
                .env("CARGO_TARGET_DIR", &self.target),
        )?;
        self.project.say("building the tool");
        let mut cargo = self.project.cargo(&["build", "--release", "--locked", "--package", "landfall"]);
        cargo
            .args(self.cross_target().map(|triple| format!("--target={triple}")))
            .current_dir(self.sources)
            .env("CARGO_TARGET_DIR", &self.target);
        // Where the sources and the registry are is in no message of a release.
        self.project.run(cargo.env("CARGO_ENCODED_RUSTFLAGS", self.flags()?.join("\x1f")))?;
        self.pack()
    }

    /// Packs what is built already.
    fn pack(&self) -> Result<PathBuf> {
        let name = self.name()?;
        let folder = self.target.join("releases").join(&name);
        self.project.say(&format!("packing {name}"));
        remove(&folder)?;
        let tool = self.target.join(self.cross_target().unwrap_or_default()).join("release/landfall");
        copy(&tool, &folder.join("landfall"))?;
        for function in FUNCTIONS {
            let bootstrap = self.target.join("lambda").join(function).join("bootstrap");
            copy(&bootstrap, &folder.join("functions").join(function).join("bootstrap"))?;
        }
        for file in ["template.yaml", "LICENSE"] {
            copy(&self.sources.join(file), &folder.join(file))?;
        }
        let lists = sbom(self.project, self.architecture)?;
        for (package, _) in RELEASED {
            let file = format!("{package}.cdx.json");
            copy(&lists.join(&file), &folder.join("sbom").join(file))?;
        }
        write(&folder.join("THIRD-PARTY-LICENSES.txt"), &self.licences()?)?;
        write(&folder.join("provenance.json"), &self.provenance()?)?;
        self.sum(&folder)?;
        self.archive(&folder, &name)
    }

    fn name(&self) -> Result<String> {
        let id =
            self.project.output(self.project.cargo(&["pkgid", "--package", "landfall"]).current_dir(self.sources))?;
        let version = id.rsplit(['@', '#']).next().unwrap_or_default().to_owned();
        Ok(format!("landfall-{version}-{}", self.architecture))
    }

    /// The target that is named to cargo, if it is not this machine.
    fn cross_target(&self) -> Option<&'static str> {
        (self.architecture != Architecture::here()).then(|| self.architecture.triple())
    }

    fn check_toolchain(&self) -> Result<()> {
        let triple = self.architecture.triple();
        let library = self.project.output(self.project.command("rustc").args([
            "--print",
            "target-libdir",
            "--target",
            triple,
        ]))?;
        if Path::new(&library).exists() {
            return Ok(());
        }
        Err(Error::Precondition(format!("this toolchain does not compile for {triple}: rustup target add {triple}")))
    }

    fn flags(&self) -> Result<[String; 2]> {
        let sources = self.sources.canonicalize().context(self.sources.display())?;
        Ok([
            format!("--remap-path-prefix={}=/landfall", sources.display()),
            format!("--remap-path-prefix={}=/cargo", cargo_home()?.display()),
        ])
    }

    /// The dependencies with their licences, and each text once with those that it is of.
    fn licences(&self) -> Result<String> {
        let mut tree = self.project.cargo(&["tree", "--locked", "--edges", "normal", "--prefix", "none"]);
        tree.args(["--format", "{p}|{l}", "--target", self.architecture.triple()]).current_dir(self.sources);
        tree.args(RELEASED.iter().flat_map(|(package, _)| ["--package", package]));
        let tree = self.project.output(&mut tree)?;
        let crates: BTreeSet<(&str, &str, &str)> = tree.lines().filter_map(of_tree).collect();
        let (mut list, mut texts) = (String::new(), BTreeMap::<String, Vec<String>>::new());
        for (name, version, licence) in crates {
            list += &format!("{name} {version}: {licence}\n");
            for text in texts_of(&format!("{name}-{version}"))? {
                texts.entry(text).or_default().push(format!("{name} {version}"));
            }
        }
        let texts = texts.iter().map(|(text, of)| format!("{}\n{}\n\n{text}\n", "-".repeat(80), of.join(", ")));
        Ok(format!("The programs of this release contain these libraries:\n\n{list}\n{}", texts.collect::<String>()))
    }

    /// What it was made from, and by what.
    fn provenance(&self) -> Result<String> {
        let project = self.project;
        let git = |arguments: &[&str]| project.output(project.command("git").args(arguments));
        let version = |program: &str, arguments: &[&str]| {
            let program = if program == "cargo" { program.into() } else { SAM.bin(project).join(program) };
            project
                .output(project.command(program).args(arguments))
                .map(|text| text.lines().next().unwrap_or_default().to_owned())
        };
        let fields = [
            ("commit", git(&["rev-parse", "HEAD"])?),
            ("committed_at", git(&["log", "-1", "--format=%cI"])?),
            ("changed_since", git(&["status", "--porcelain"])?),
            ("architecture", self.architecture.to_string()),
            ("rustc", project.output(project.command("rustc").arg("-vV"))?),
            ("cargo", version("cargo", &["-V"])?),
            ("cargo_lambda", version("cargo-lambda", &["lambda", "--version"])?),
            ("functions", "cargo lambda build --release".to_owned()),
            (
                "tool",
                "cargo build --release, with the paths of sources and registry as /landfall and /cargo".to_owned(),
            ),
            ("tool_needs", project.output(project.command("getconf").arg("GNU_LIBC_VERSION"))?),
        ];
        let lines = fields.map(|(name, value)| format!("  \"{name}\": {}", quoted(&value)));
        Ok(format!("{{\n{}\n}}\n", lines.join(",\n")))
    }

    /// The SHA-256 of each file, as `sha256sum --check` reads it.
    fn sum(&self, folder: &Path) -> Result<()> {
        let files = self.project.output(self.project.command("find").args([".", "-type", "f"]).current_dir(folder))?;
        let files: BTreeSet<&str> = files.lines().collect();
        let sums = self.project.output(self.project.command("sha256sum").args(files).current_dir(folder))?;
        write(&folder.join("SHA256SUMS"), &format!("{sums}\n"))
    }

    fn archive(&self, folder: &Path, name: &str) -> Result<PathBuf> {
        let archive = self.target.join(format!("{name}.tar"));
        let time = self.project.output(self.project.command("git").args(["log", "-1", "--format=@%ct"]))?;
        let mut tar = self.project.command("tar");
        // The order, the owner and the time are of no machine; who may do what is not this shell's.
        tar.args(["--sort=name", "--owner=0", "--group=0", "--numeric-owner", "--format=ustar", "--mode=u+rwX,go=rX"]);
        tar.arg(format!("--mtime={time}")).arg("-cf").arg(&archive);
        self.project.run(tar.arg("-C").arg(folder.parent().expect("it is below the target")).arg(name))?;
        self.project.run(self.project.command("gzip").args(["--no-name", "--best", "--force"]).arg(&archive))?;
        Ok(archive.with_extension("tar.gz"))
    }
}

/// `name v1.2.3 (more)|licence`, of a crate that is not this project's.
fn of_tree(line: &str) -> Option<(&str, &str, &str)> {
    let (package, licence) = line.split_once('|')?;
    let mut words = package.split(' ');
    let (name, version) = (words.next()?, words.next()?.strip_prefix('v')?);
    // Those of the workspace have a path.
    let is_ours = words.next().is_some_and(|more| more.starts_with("(/"));
    (!is_ours).then_some((name, version, licence))
}

/// The licences and notices that a crate came with.
fn texts_of(package: &str) -> Result<Vec<String>> {
    let registries = cargo_home()?.join("registry/src");
    let mut files = BTreeSet::new();
    for registry in fs::read_dir(&registries).context(registries.display())? {
        let folder = registry.context(registries.display())?.path().join(package);
        let Ok(entries) = fs::read_dir(folder) else { continue };
        files.extend(entries.filter_map(|entry| Some(entry.ok()?.path())).filter(|path| {
            let name = path.file_name().map(|name| name.to_string_lossy().to_ascii_uppercase()).unwrap_or_default();
            path.is_file() && ["LICENSE", "LICENCE", "COPYING", "NOTICE"].iter().any(|word| name.starts_with(word))
        }));
    }
    files
        .iter()
        .map(|file| fs::read_to_string(file).map(|text| text.trim().replace("\r\n", "\n")).context(file.display()))
        .collect()
}

/// As JSON has a text.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n"))
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to.parent().expect("it is below a folder")).context(to.display())?;
    fs::copy(from, to).map(drop).context(from.display())
}

fn write(file: &Path, text: &str) -> Result<()> {
    fs::write(file, text).context(file.display())
}

#[cfg(test)]
mod tests {
    use super::{of_tree, quoted};

    #[test]
    fn a_line_of_the_tree_is_a_library_with_its_licence() {
        let check = |line, expected| assert_eq!(of_tree(line), expected, "{line}");
        check("zip v9.8.2|MIT", Some(("zip", "9.8.2", "MIT")));
        check(
            "serde_derive v1.0.9 (proc-macro)|MIT OR Apache-2.0",
            Some(("serde_derive", "1.0.9", "MIT OR Apache-2.0")),
        );
        check("domain v0.1.0 (/a project/shared/domain)|Apache-2.0", None);
        check("", None);
    }

    #[test]
    fn texts_become_json() {
        assert_eq!(quoted("a \"b\"\nc\\"), r#""a \"b\"\nc\\""#);
    }
}
