//! Pictures of figures: lines over steps, the height by its logarithm, because contenders lie far apart.

use plotters::prelude::*;
use plotters::style::FontTransform;

/// A picture.
#[derive(Clone, Debug)]
pub struct Plot {
    /// What is shown, and in which unit.
    pub title: String,
    /// The steps from left to right.
    pub steps: Vec<String>,
    /// A line each: its name, and a figure for each step. A figure of 0 has no logarithm and is left out.
    pub lines: Vec<(String, Vec<f64>)>,
}

const SIZE: (u32, u32) = (760, 400);
/// Readable on a light and on a dark page, since the picture's ground is clear.
const TEXT: RGBColor = RGBColor(0x76, 0x80, 0x8a);
/// Told apart by people who see colours differently too, on light and on dark ground.
const COLOURS: [RGBColor; 6] = [
    RGBColor(0xd5, 0x5e, 0x00),
    RGBColor(0x7f, 0x7f, 0x7f),
    RGBColor(0x00, 0x72, 0xb2),
    RGBColor(0x56, 0xb4, 0xe9),
    RGBColor(0x00, 0x9e, 0x73),
    RGBColor(0xcc, 0x79, 0xa7),
];

impl Plot {
    /// As SVG.
    ///
    /// # Errors
    /// If there is no figure above 0 to draw.
    pub fn svg(&self) -> crate::Result<String> {
        let figures = || self.lines.iter().flat_map(|(_, figures)| figures.iter().copied()).filter(|it| *it > 0.0);
        let least = figures().reduce(f64::min).ok_or("a plot needs a figure above 0")?;
        let most = figures().reduce(f64::max).ok_or("a plot needs a figure above 0")?;
        let powers = least.log10().floor() as i32..=(most.log10().ceil() as i32).max(least.log10().floor() as i32 + 1);
        let (from, to) = (10_f64.powi(*powers.start()), 10_f64.powi(*powers.end()));
        // Room on the right for the names of the lines.
        let right = self.steps.len() as f64 * 1.3;

        let mut svg = String::new();
        {
            let area = SVGBackend::with_string(&mut svg, SIZE).into_drawing_area();
            let text = |size: f64| ("sans-serif", size).into_font().color(&TEXT);
            let mut chart = ChartBuilder::on(&area)
                .caption(&self.title, text(15.0))
                .margin(8)
                .margin_right(16)
                .x_label_area_size(32)
                .y_label_area_size(64)
                .build_cartesian_2d(-0.4..right, (from..to).log_scale())?;
            let step_name = |at: &f64| {
                let is_step = (at - at.round()).abs() < f64::EPSILON && *at >= 0.0;
                if is_step { self.steps.get(at.round() as usize).cloned().unwrap_or_default() } else { String::new() }
            };
            // Written out, millions would not fit beside the picture.
            let height_name = |it: &f64| if *it < 1e6 { it.to_string() } else { format!("{} M", it / 1e6) };
            chart
                .configure_mesh()
                .disable_x_mesh()
                .light_line_style(TRANSPARENT)
                .bold_line_style(TEXT.mix(0.4))
                .axis_style(TEXT.mix(0.4))
                .x_labels(self.steps.len() * 2)
                .y_labels(powers.clone().count())
                .x_label_style(text(12.0).transform(FontTransform::None))
                .y_label_style(text(12.0))
                .x_label_formatter(&step_name)
                .y_label_formatter(&height_name)
                .draw()?;
            for (number, (name, figures)) in self.lines.iter().enumerate() {
                let colour = COLOURS[number % COLOURS.len()];
                // The first one is what the page is about.
                let width = if number == 0 { 3 } else { 2 };
                let points: Vec<(f64, f64)> = (0..).map(f64::from).zip(figures.iter().copied()).collect();
                let points = points.into_iter().filter(|(_, it)| *it > 0.0);
                chart
                    .draw_series(LineSeries::new(points, colour.stroke_width(width).filled()).point_size(width + 1))?
                    .label(name)
                    .legend(move |(x, y)| PathElement::new([(x, y), (x + 16, y)], colour.stroke_width(width)));
            }
            chart
                .configure_series_labels()
                .position(SeriesLabelPosition::MiddleRight)
                .label_font(text(12.0))
                .border_style(TRANSPARENT)
                .draw()?;
            area.present()?;
        }
        Ok(svg)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plot(lines: Vec<(&str, Vec<f64>)>) -> Plot {
        Plot {
            title: "a < b".to_owned(),
            steps: vec!["2 KiB".to_owned(), "20 KiB".to_owned()],
            lines: lines.into_iter().map(|(name, figures)| (name.to_owned(), figures)).collect(),
        }
    }

    #[test]
    fn a_line_has_a_point_for_each_figure_that_there_is() {
        let svg = plot(vec![("x", vec![1.0, 10.0]), ("y", vec![0.0, 100.0])]).svg().unwrap();
        assert_eq!(svg.matches("<circle").count(), 3);
        for text in ["a &lt; b", "20 KiB"] {
            assert!(svg.contains(text), "{text}");
        }
    }

    #[test]
    fn nothing_to_draw_is_an_error() {
        assert_eq!(plot(vec![("x", vec![0.0, 0.0])]).svg().unwrap_err().to_string(), "a plot needs a figure above 0");
    }
}
