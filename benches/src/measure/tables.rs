//! The results on the terminal. In brackets stands how many times Landfall's figure a figure is.

use std::fmt;

use super::{Results, TYPICAL_BYTES};
use crate::contender::Contender;
use crate::report::{Figures, beside, short, table};
use crate::scenario::{Kind, Scenario, Transport};
use crate::services::Delays;

impl fmt::Display for Results {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "\n{}; medians of {} rounds{}",
            self.machine,
            self.rounds,
            if self.is_quick { ", a quick run: these figures only show that it works" } else { "" },
        )?;
        self.starts(f)?;
        self.by_kind(f)?;
        self.by_size(
            f,
            "2 calls without delay, plain HTTP: CPU time of an accepted event (ms)",
            Self::is_plain,
            |it| it.cpu_ms,
        )?;
        self.by_size(f, "AWS takes 4 + 8 ms, TLS: latency p50 of an accepted event (ms)", Self::is_usual, |it| {
            it.p50_ms
        })?;
        self.by_size(f, "the same: p99 (ms)", Self::is_usual, |it| it.p99_ms)?;
        self.by_size(f, "peak memory (MiB)", Self::is_plain, |it| it.peak_memory_mib)?;
        self.latencies(f)?;
        self.processor(f)?;
        self.shares(f)
    }
}

impl Results {
    pub(super) const fn is_plain(scenario: &Scenario) -> bool {
        matches!(scenario.transport, Transport::Plain) && scenario.delays.are_none()
    }

    pub(super) const fn is_usual(scenario: &Scenario) -> bool {
        matches!(scenario.transport, Transport::Tls) && !scenario.delays.are_none()
    }

    pub(super) fn contenders(&self) -> impl Iterator<Item = Contender> {
        self.artefacts.iter().map(|artefact| artefact.contender)
    }

    /// The figures of `contender` in the one scenario that is so.
    fn find(&self, contender: Contender, is_so: impl Fn(&Scenario) -> bool) -> Option<&Figures> {
        self.receivers.iter().find(|figures| figures.contender == contender && is_so(&figures.scenario))
    }

    /// A figure with its ratio to Landfall's.
    fn cell(
        &self,
        contender: Contender,
        is_so: impl Fn(&Scenario) -> bool + Copy,
        figure: impl Fn(&Figures) -> f64,
    ) -> String {
        let of = |contender| self.find(contender, is_so).map(&figure);
        match of(contender) {
            None => "-".to_owned(),
            Some(own) if contender == Contender::Landfall => short(own),
            Some(own) => beside(own, of(Contender::Landfall).unwrap_or_default()),
        }
    }

    fn starts(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let start = |transport| move |scenario: &Scenario| scenario.events == 0 && scenario.transport == transport;
        let rows = self.artefacts.iter().map(|artefact| {
            let contender = artefact.contender;
            vec![
                contender.name().to_owned(),
                self.cell(contender, start(Transport::Plain), |it| it.first_poll_ms),
                self.cell(contender, start(Transport::Plain), |it| it.first_answer_ms),
                self.cell(contender, start(Transport::Tls), |it| it.first_answer_ms),
                self.cell(contender, start(Transport::Tls), |it| it.peak_memory_mib),
                short(artefact.bytes as f64 / 1024.0 / 1024.0),
            ]
        });
        let header = [
            "from the start (ms)",
            "first poll",
            "first answer",
            "the same, TLS",
            "memory then (MiB)",
            "artefact (MiB)",
        ];
        writeln!(f, "\n{}", table(&header, rows))
    }

    fn by_kind(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kinds = [Kind::Accepted, Kind::Duplicate, Kind::Repeat, Kind::Refused];
        let of = |kind| {
            move |it: &Scenario| {
                Self::is_plain(it) && it.events > 0 && it.kind == kind && it.body_bytes == TYPICAL_BYTES
            }
        };
        let rows = self.contenders().map(|contender| {
            let cells = kinds.iter().map(|&kind| {
                let calls = self.find(contender, of(kind)).map_or(0.0, |figures| figures.calls);
                format!("{}, {} calls", self.cell(contender, of(kind), |it| it.cpu_ms), short(calls))
            });
            [contender.name().to_owned()].into_iter().chain(cells).collect()
        });
        writeln!(f, "\n{}", table(&["CPU time, 2 KiB (ms)", "accepted", "duplicate", "repeat", "refused"], rows))
    }

    fn by_size(
        &self,
        f: &mut fmt::Formatter<'_>,
        title: &str,
        is_so: impl Fn(&Scenario) -> bool + Copy,
        figure: impl Fn(&Figures) -> f64 + Copy,
    ) -> fmt::Result {
        let is_so = |it: &Scenario| is_so(it) && it.kind == Kind::Accepted && it.events > 0;
        let landfalls = self.receivers.iter().filter(|it| it.contender == self.receivers[0].contender);
        let sizes: Vec<usize> = landfalls.filter(|it| is_so(&it.scenario)).map(|it| it.scenario.body_bytes).collect();
        let rows = self.contenders().map(|contender| {
            let cells = sizes.iter().map(|&size| self.cell(contender, |it| is_so(it) && it.body_bytes == size, figure));
            [contender.name().to_owned()].into_iter().chain(cells).collect()
        });
        let names: Vec<String> = sizes.iter().map(|size| format!("{} KiB", *size as f64 / 1024.0)).collect();
        let header: Vec<&str> = [title].into_iter().chain(names.iter().map(String::as_str)).collect();
        writeln!(f, "\n{}", table(&header, rows))
    }

    fn latencies(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, transport, delays) in [
            ("latency, 2 KiB, no delay, plain (ms)", Transport::Plain, Delays::NONE),
            ("latency, 2 KiB, no delay, TLS (ms)", Transport::Tls, Delays::NONE),
            ("latency, 2 KiB, 4 + 8 ms, plain (ms)", Transport::Plain, Delays::USUAL),
            ("latency, 2 KiB, 4 + 8 ms, TLS (ms)", Transport::Tls, Delays::USUAL),
        ] {
            let is_so = move |it: &Scenario| {
                (it.transport, it.delays, it.body_bytes) == (transport, delays, TYPICAL_BYTES)
                    && it.kind == Kind::Accepted
                    && it.events > 0
            };
            let rows = self.contenders().map(|contender| {
                vec![
                    contender.name().to_owned(),
                    self.cell(contender, is_so, |it| it.p50_ms),
                    self.cell(contender, is_so, |it| it.p90_ms),
                    self.cell(contender, is_so, |it| it.p99_ms),
                    self.cell(contender, is_so, |it| it.cpu_ms),
                    self.find(contender, is_so).map_or(String::new(), |it| short(it.aws_ms)),
                ]
            });
            writeln!(f, "\n{}", table(&[name, "p50", "p90", "p99", "CPU time", "of it, stubs"], rows))?;
        }
        Ok(())
    }

    fn processor(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rows = self.processor.iter().map(|it| {
            vec![
                format!("{}, AWS {} + {} ms", it.batch, it.delays.dynamodb_millis, it.delays.other_millis),
                short(it.messages_per_second),
                short(it.cpu_ms),
                short(it.p50_ms),
                short(it.calls),
                short(it.peak_memory_mib),
            ]
        });
        let header = [
            "processor, 2 KiB: batch",
            "messages/s",
            "CPU/message (ms)",
            "batch p50 (ms)",
            "calls/message",
            "memory (MiB)",
        ];
        writeln!(f, "\n{}", table(&header, rows))
    }

    fn shares(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(reason) = &self.shares_missing {
            return writeln!(f, "\nno figures by memory: {reason}");
        }
        let rows = self.shares.iter().map(|it| {
            vec![
                format!("{} MB, {}", it.memory_mb, it.contender.name()),
                short(it.first_answer_ms),
                short(it.p50_ms),
                short(it.p99_ms),
                format!("{:.2}", it.dollars_per_million),
            ]
        });
        let header = [
            "4 + 8 ms, TLS, 2 KiB: memory",
            "first answer after init (ms)",
            "p50 (ms)",
            "p99 (ms)",
            "Lambda, $ per million",
        ];
        writeln!(f, "\n{}", table(&header, rows))
    }
}
