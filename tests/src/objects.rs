//! The bucket, read as an operator would.

use std::collections::BTreeSet;

use crate::world::World;

impl World {
    /// The object at `key` of `bucket`.
    ///
    /// # Panics
    /// If it is not there.
    pub async fn object(&self, bucket: &str, key: &str) -> Vec<u8> {
        let object = self.aws.s3.get_object().bucket(bucket).key(key).send().await;
        let body = object.unwrap_or_else(|error| panic!("reading {key}: {error:?}")).body;
        body.collect().await.unwrap_or_else(|error| panic!("reading {key}: {error:?}")).to_vec()
    }

    /// The keys in the bucket that begin with `prefix`.
    ///
    /// # Panics
    /// If the bucket cannot be read.
    pub async fn keys(&self, prefix: &str) -> BTreeSet<String> {
        let list = self.aws.s3.list_objects_v2().bucket(&self.stack.bucket).prefix(prefix);
        let mut pages = list.into_paginator().send();
        let mut keys = BTreeSet::new();
        while let Some(page) = pages.next().await {
            let page = page.unwrap_or_else(|error| panic!("listing {prefix}: {error:?}"));
            keys.extend(page.contents().iter().filter_map(|object| object.key().map(str::to_owned)));
        }
        keys
    }

    /// How many uploads to keys that begin with `prefix` were begun and neither completed nor taken back; there must be
    /// fewer than a thousand.
    ///
    /// # Panics
    /// If the bucket cannot be read.
    pub async fn unfinished_uploads(&self, prefix: &str) -> usize {
        let list = self.aws.s3.list_multipart_uploads().bucket(&self.stack.bucket).prefix(prefix);
        let page = list.send().await.unwrap_or_else(|error| panic!("listing uploads to {prefix}: {error:?}"));
        page.uploads().len()
    }
}
