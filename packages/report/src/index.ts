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
export type {
  ConfusionSection,
  Figure,
  FiguresSection,
  HeatMap,
  HeatSection,
  ReportContent,
  Section,
  SectionBase,
  TableSection,
} from './report.ts';
