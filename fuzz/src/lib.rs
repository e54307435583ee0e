//! What the fuzz targets try: the same promises that the domain's properties try with generated inputs. That they are
//! written once is worth a path out of this package.

#[path = "../../shared/domain/tests/promises/mod.rs"]
pub mod promises;
