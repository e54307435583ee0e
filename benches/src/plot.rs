//! Pictures of figures: lines over steps, the height by its logarithm, because contenders lie far apart.

use std::fmt::Write as _;

/// A picture.
#[derive(Clone, Debug)]
pub struct Plot {
    /// What is shown, and in which unit.
    pub title: String,
    /// The steps from left to right.
    pub steps: Vec<String>,
    /// A line each: its name, and a figure for each step.
    pub lines: Vec<(String, Vec<f64>)>,
}

const WIDTH: f64 = 760.0;
const HEIGHT: f64 = 400.0;
const LEFT: f64 = 60.0;
const RIGHT: f64 = 180.0;
const TOP: f64 = 44.0;
const BOTTOM: f64 = 40.0;
/// Told apart by people who see colours differently too, on light and on dark ground.
const COLOURS: [&str; 6] = ["#d55e00", "#7f7f7f", "#0072b2", "#56b4e9", "#009e73", "#cc79a7"];
/// Names of lines that end at nearly the same height still need so much room each.
const NAME_HEIGHT: f64 = 15.0;

impl Plot {
    /// As SVG. The ground stays clear, and the text's colour follows the reader's.
    #[must_use]
    pub fn svg(&self) -> String {
        let figures = self.lines.iter().flat_map(|(_, figures)| figures.iter().copied()).filter(|figure| *figure > 0.0);
        let (least, most) = figures.fold((f64::MAX, f64::MIN), |(least, most), it| (least.min(it), most.max(it)));
        let (from, to) = (least.log10().floor(), most.log10().ceil());
        let x = |step: usize| LEFT + (WIDTH - LEFT - RIGHT) * (step as f64 + 0.5) / self.steps.len().max(1) as f64;
        let y =
            |figure: f64| HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * (figure.log10() - from) / (to - from).max(1.0);
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" font-family=\"sans-serif\" \
             font-size=\"12\" role=\"img\"><title>{title}</title>\n<style>text{{fill:#24292f}}line{{stroke:#8b949e;\
             stroke-opacity:.4}}@media (prefers-color-scheme:dark){{text{{fill:#e6edf3}}}}</style>\n\
             <text x=\"{LEFT}\" y=\"22\" font-size=\"15\">{title}</text>\n",
            title = escaped(&self.title)
        );
        for power in from as i32..=to as i32 {
            let (figure, end) = (10_f64.powi(power), WIDTH - RIGHT);
            let height = y(figure);
            let _ = writeln!(
                svg,
                "<line x1=\"{LEFT}\" x2=\"{end}\" y1=\"{height:.1}\" y2=\"{height:.1}\"/>\
                 <text x=\"{:.1}\" y=\"{:.1}\" text-anchor=\"end\">{}</text>",
                LEFT - 8.0,
                height + 4.0,
                // Written out, millions would not fit beside the picture.
                if figure < 1e6 { figure.to_string() } else { format!("{} M", figure / 1e6) }
            );
        }
        for (step, name) in self.steps.iter().enumerate() {
            let (x, y) = (x(step), HEIGHT - BOTTOM + 22.0);
            let _ = writeln!(svg, "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"middle\">{}</text>", escaped(name));
        }
        let mut ends: Vec<(f64, usize)> = Vec::new();
        for (number, (_, figures)) in self.lines.iter().enumerate() {
            let colour = COLOURS[number % COLOURS.len()];
            let points: Vec<(f64, f64)> =
                figures.iter().enumerate().filter(|(_, it)| **it > 0.0).map(|(step, it)| (x(step), y(*it))).collect();
            let path = points.iter().map(|(x, y)| format!("{x:.1},{y:.1}")).collect::<Vec<_>>().join(" ");
            let width = if number == 0 { 3.0 } else { 1.8 };
            let _ = writeln!(
                svg,
                "<polyline points=\"{path}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"{width}\"/>"
            );
            for (x, y) in &points {
                let _ = write!(svg, "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{:.1}\" fill=\"{colour}\"/>", width + 1.0);
            }
            ends.extend(points.last().map(|(_, height)| (*height, number)));
        }
        ends.sort_by(|a, b| a.0.total_cmp(&b.0));
        let mut free_from = TOP;
        for (height, number) in ends {
            let height = height.max(free_from);
            free_from = height + NAME_HEIGHT;
            let (x, y, name) = (WIDTH - RIGHT + 8.0, height + 4.0, escaped(&self.lines[number].0));
            let colour = COLOURS[number % COLOURS.len()];
            let _ = writeln!(
                svg,
                "<text x=\"{x}\" y=\"{y:.1}\"><tspan fill=\"{colour}\" font-weight=\"bold\">&#9679; </tspan>{name}</text>"
            );
        }
        svg + "</svg>\n"
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_a_point_for_each_figure_that_there_is() {
        let plot = Plot {
            title: "a < b".to_owned(),
            steps: vec!["1".to_owned(), "2".to_owned()],
            lines: vec![("x".to_owned(), vec![1.0, 10.0]), ("y".to_owned(), vec![0.0, 100.0])],
        };
        let svg = plot.svg();
        assert_eq!(svg.matches("<circle").count(), 3);
        assert!(svg.contains("a &lt; b"));
    }
}
