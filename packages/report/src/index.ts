export {
  type Axis,
  type Band,
  type ChartSection,
  type LossHistory,
  lossChart,
  type Series,
  smooth,
} from './chart.ts';
export { createReport, type Report } from './create-report.ts';
export { renderText } from './render-text.ts';
export {
  type ConfusionSection,
  type Figure,
  type FiguresSection,
  type HeatMap,
  type HeatSection,
  type ReportContent,
  rowsOf,
  type Section,
  type SectionBase,
  type TableSection,
} from './report.ts';
