//! Which module of a crate imports which, read from its source.
//!
//! A module imports what a path in it leads to: in a `use`, in code, or in the arguments of a macro. A path through a
//! module that passes a name on leads to the module that has it. So a module of nothing but `mod` and `use` is never
//! imported itself; one that passes names on and has items of its own is above those that it names.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use proc_macro2::{Ident, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Attribute, Item, UseTree, Visibility};

/// The path of a module from its crate's root, such as `["ledger", "claim"]`.
type ModulePath = Vec<String>;

/// The modules of a crate without their tests, each with what it imports.
#[derive(Default)]
pub(crate) struct ModuleGraph {
    modules: BTreeMap<ModulePath, Module>,
}

/// What is known of a file.
#[derive(Default)]
struct Module {
    /// Its code, without that of its tests.
    code: TokenStream,
    /// The names that it passes on, each with the path that it has there. Whoever imports one imports what is behind it.
    reexports: BTreeMap<String, Vec<String>>,
    /// Whether it has anything of its own to import.
    has_items: bool,
}

impl ModuleGraph {
    /// Reads the crate whose root is this file.
    pub(crate) fn read(root: &Path) -> ModuleGraph {
        let mut graph = ModuleGraph::default();
        let folder = root.parent().expect("a file is in a folder");
        graph.read_module(root, folder, Vec::new());
        graph
    }

    /// Its circles: each a list of modules of which every one imports every other, directly or by way of others.
    pub(crate) fn circles(&self) -> Vec<String> {
        let reached: BTreeMap<&ModulePath, BTreeSet<ModulePath>> =
            self.modules.keys().map(|module| (module, self.reachable(module))).collect();
        let mut circles = BTreeSet::new();
        for (module, from_here) in &reached {
            let others = from_here.iter().filter(|other| other != module && reached[other].contains(*module));
            let mut names: Vec<String> = others.map(name).collect();
            if !names.is_empty() {
                names.push(name(module));
                names.sort();
                circles.insert(names.join(", "));
            }
        }
        circles.into_iter().collect()
    }

    fn read_module(&mut self, file: &Path, folder: &Path, path: ModulePath) {
        let text = fs::read_to_string(file).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let parsed = syn::parse_file(&text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
        let mut module = Module::default();
        for item in parsed.items.into_iter().filter(|item| !is_test(attributes(item))) {
            match item {
                Item::Mod(inner) if inner.content.is_none() => {
                    let child = inner.ident.to_string();
                    let beside = folder.join(format!("{child}.rs"));
                    let file = if beside.exists() { beside } else { folder.join(&child).join("mod.rs") };
                    self.read_module(&file, &folder.join(&child), [path.as_slice(), &[child]].concat());
                }
                Item::Use(import) if !matches!(import.vis, Visibility::Inherited) => {
                    collect_names(&import.tree, &mut Vec::new(), &mut module.reexports);
                    module.code.extend(import.tree.to_token_stream());
                }
                Item::Use(import) => module.code.extend(import.to_token_stream()),
                item => {
                    module.has_items = true;
                    module.code.extend(item.to_token_stream());
                }
            }
        }
        self.modules.insert(path, module);
    }

    fn reachable(&self, from: &ModulePath) -> BTreeSet<ModulePath> {
        let (mut reached, mut left) = (BTreeSet::new(), vec![from.clone()]);
        while let Some(module) = left.pop() {
            left.extend(self.imports(&module).into_iter().filter(|other| reached.insert(other.clone())));
        }
        reached
    }

    fn imports(&self, module: &ModulePath) -> BTreeSet<ModulePath> {
        let mut paths = Vec::new();
        collect_paths(self.modules[module].code.clone(), &mut paths);
        let imported = paths.iter().filter_map(|path| self.definition(module, path));
        imported.filter(|other| other != module && self.modules[other].has_items).collect()
    }

    /// The module that defines what `path` names where it stands in `module`; none if that is of another crate.
    fn definition(&self, module: &ModulePath, path: &[String]) -> Option<ModulePath> {
        let (first, rest) = path.split_first()?;
        let (mut at, mut rest) = match first.as_str() {
            "crate" => (Vec::new(), rest),
            "self" => (module.clone(), rest),
            "super" => (module[..module.len().checked_sub(1)?].to_vec(), rest),
            _ if self.modules.contains_key(&[module.as_slice(), std::slice::from_ref(first)].concat()) => {
                (module.clone(), path)
            }
            _ => return None,
        };
        while let Some((next, further)) = rest.split_first() {
            let inner = if next == "super" {
                at[..at.len().checked_sub(1)?].to_vec()
            } else {
                [at.as_slice(), std::slice::from_ref(next)].concat()
            };
            if !self.modules.contains_key(&inner) {
                return match self.modules[&at].reexports.get(next) {
                    Some(behind) => self.definition(&at, behind).or(Some(at)),
                    None => Some(at),
                };
            }
            (at, rest) = (inner, further);
        }
        Some(at)
    }
}

fn name(module: &ModulePath) -> String {
    if module.is_empty() { "the root".to_owned() } else { module.join("::") }
}

fn attributes(item: &Item) -> &[Attribute] {
    match item {
        Item::Mod(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Const(item) => &item.attrs,
        Item::Struct(item) => &item.attrs,
        _ => &[],
    }
}

fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| attribute.to_token_stream().to_string() == "# [cfg (test)]")
}

fn collect_names(tree: &UseTree, path: &mut Vec<String>, names: &mut BTreeMap<String, Vec<String>>) {
    let mut add = |name: &Ident, last: &Ident| {
        names.insert(name.to_string(), [path.as_slice(), &[last.to_string()]].concat());
    };
    match tree {
        UseTree::Path(inner) => {
            path.push(inner.ident.to_string());
            collect_names(&inner.tree, path, names);
            path.pop();
        }
        UseTree::Name(inner) => add(&inner.ident, &inner.ident),
        UseTree::Rename(inner) => add(&inner.rename, &inner.ident),
        UseTree::Group(group) => group.items.iter().for_each(|tree| collect_names(tree, path, names)),
        UseTree::Glob(_) => {}
    }
}

/// Every path in the code, of imports and of all else. Macros' arguments are tokens like the rest.
fn collect_paths(code: TokenStream, paths: &mut Vec<Vec<String>>) {
    let tokens: Vec<TokenTree> = code.into_iter().collect();
    let mut at = 0;
    while at < tokens.len() {
        match &tokens[at] {
            TokenTree::Ident(_) => at = path_from(&tokens, at, &[], paths),
            TokenTree::Group(group) => {
                collect_paths(group.stream(), paths);
                at += 1;
            }
            TokenTree::Punct(_) | TokenTree::Literal(_) => at += 1,
        }
    }
}

/// The paths that begin at `tokens[at]`, several if it is the tree of an import. Gives where they end.
fn path_from(tokens: &[TokenTree], mut at: usize, before: &[String], paths: &mut Vec<Vec<String>>) -> usize {
    let mut path = before.to_vec();
    let is_colon = |at: usize| matches!(tokens.get(at), Some(TokenTree::Punct(punct)) if punct.as_char() == ':');
    loop {
        match tokens.get(at) {
            Some(TokenTree::Ident(ident)) => path.push(ident.to_string()),
            Some(TokenTree::Group(group)) if !path.is_empty() => {
                let inner: Vec<TokenTree> = group.stream().into_iter().collect();
                let mut next = 0;
                while next < inner.len() {
                    next = if matches!(inner[next], TokenTree::Ident(_)) {
                        path_from(&inner, next, &path, paths)
                    } else {
                        next + 1
                    };
                }
                return at + 1;
            }
            _ => break,
        }
        at += 1;
        if !(is_colon(at) && is_colon(at + 1)) {
            break;
        }
        at += 2;
    }
    if path.len() > 1 {
        paths.push(path);
    }
    at
}

/// Checks which circles a crate of these modules has; each name and what it holds.
fn check(folder: &str, modules: &[(&str, &str)], expected: &[&str]) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("module-graph").join(folder);
    for (file, text) in modules {
        let file = folder.join(file);
        fs::create_dir_all(file.parent().expect("a file is in a folder")).expect("a folder can be made");
        fs::write(file, text).expect("a file can be written");
    }
    assert_eq!(ModuleGraph::read(&folder.join("lib.rs")).circles(), expected);
}

#[test]
fn a_circle_is_found_however_it_is_closed() {
    let modules = [
        ("lib.rs", "mod a; mod b; mod c; mod d;"),
        ("a.rs", "use crate::b::B; pub struct A;"),
        ("b.rs", "pub struct B; fn b() { print!(\"{}\", crate::c::ONE); }"),
        ("c.rs", "mod inner; pub(crate) use self::inner::ONE;"),
        ("c/inner.rs", "use super::super::{a::A, d}; pub const ONE: u8 = 1;"),
        ("d.rs", "pub struct D;"),
    ];
    check("circle", &modules, &["a, b, c::inner"]);
}

#[test]
fn what_only_tests_import_and_what_only_passes_on_close_no_circle() {
    let modules = [
        ("lib.rs", "mod a; mod b;"),
        ("a.rs", "pub struct A; #[cfg(test)] mod tests { use crate::b::B; }"),
        ("b.rs", "mod inner; mod other; pub use self::inner::B; pub use self::other::C; use crate::a::A;"),
        ("b/inner.rs", "use crate::b::C; pub struct B;"),
        ("b/other.rs", "pub struct C;"),
    ];
    check("no-circle", &modules, &[]);
}
