//! The results as pictures.

use super::{MEMORIES_MB, Results, ShareFigures};
use crate::contender::Contender;
use crate::plot::Plot;
use crate::report::Figures;
use crate::scenario::{Kind, Scenario};

impl Results {
    /// The pictures, each with the name of its file.
    #[must_use]
    pub fn plots(&self) -> Vec<(&'static str, Plot)> {
        let mut plots = vec![
            (
                "cpu-by-size",
                self.by_size_plot("CPU time of an accepted event, by body (ms)", Self::is_plain, |it| it.cpu_ms),
            ),
            (
                "latency-by-size",
                self.by_size_plot("Latency p50 with AWS at 4 + 8 ms, by body (ms)", Self::is_usual, |it| it.p50_ms),
            ),
        ];
        if !self.shares.is_empty() {
            plots.push((
                "latency-by-memory",
                self.by_memory("Latency p50 with AWS at 4 + 8 ms, by memory (ms)", |it| it.p50_ms),
            ));
            plots.push((
                "first-answer-by-memory",
                self.by_memory("First answer after initialising, by memory (ms)", |it| it.first_answer_ms),
            ));
        }
        plots
    }

    fn by_size_plot(&self, title: &str, is_so: impl Fn(&Scenario) -> bool, figure: impl Fn(&Figures) -> f64) -> Plot {
        let is_so = |it: &Scenario| is_so(it) && it.kind == Kind::Accepted && it.events > 0;
        let of = |contender: Contender| {
            self.receivers.iter().filter(|it| it.contender == contender && is_so(&it.scenario)).collect::<Vec<_>>()
        };
        let sizes = self.contenders().next().map(of).unwrap_or_default();
        Plot {
            title: title.to_owned(),
            steps: sizes.iter().map(|it| format!("{} KiB", it.scenario.body_bytes as f64 / 1024.0)).collect(),
            lines: self
                .contenders()
                .map(|contender| (contender.name().to_owned(), of(contender).into_iter().map(&figure).collect()))
                .collect(),
        }
    }

    fn by_memory(&self, title: &str, figure: impl Fn(&ShareFigures) -> f64) -> Plot {
        Plot {
            title: title.to_owned(),
            steps: MEMORIES_MB.iter().map(|memory| format!("{memory} MB")).collect(),
            lines: self
                .contenders()
                .map(|contender| {
                    let own = self.shares.iter().filter(|it| it.contender == contender);
                    (contender.name().to_owned(), own.map(&figure).collect())
                })
                .collect(),
        }
    }
}
