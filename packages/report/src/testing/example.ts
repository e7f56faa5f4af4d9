import { Random } from '@sluice/core';
import { createReport, lossChart, type Report, type Section } from '../index.ts';

const day = 86_400_000;
const sigmoid = (x: number) => 1 / (1 + Math.exp(-x));

function training(random: Random): Section[] {
  const steps = Array.from({ length: 1200 }, (_, i) => i + 1);
  const loss = steps.map((step) => 0.25 + 1.9 * Math.exp(-step / 220) + 0.08 * random.normal(1)[0]!);
  const epochs = Array.from({ length: 12 }, (_, i) => 100 * (i + 1));
  return [
    lossChart({
      train: { x: steps, y: loss },
      validation: { x: epochs, y: epochs.map((step) => 0.31 + 1.8 * Math.exp(-step / 230) + step / 12_000) },
      label: 'quantile loss (°C)',
    }),
    {
      kind: 'chart',
      title: 'Learning rate',
      x: { label: 'step' },
      y: { label: 'learning rate', scale: 'log' },
      series: [
        { name: 'learning rate', x: steps, y: steps.map((step) => 3e-3 * Math.cos((step / 1200) * 1.5) ** 2 + 1e-5) },
      ],
    },
  ];
}

function forecast(random: Random): Section {
  const x = Array.from({ length: 60 }, (_, i) => Date.UTC(2015, 9, 1) + i * day);
  const level = x.map((_, i) => 18 - i / 6 + 2 * Math.sin(i / 4));
  const noise = random.normal(60);
  const ahead = x.slice(40);
  const spread = (i: number) => 2 + Math.sqrt(i);
  return {
    kind: 'chart',
    title: 'Forecast of 20 days',
    note: 'Nine of ten actual values should lie inside the band.',
    x: { label: 'date', time: true },
    y: { label: 'highest temperature (°C)' },
    series: [
      { name: 'actual', x, y: level.map((value, i) => value + 1.6 * noise[i]!) },
      { name: 'median', x: ahead, y: level.slice(40) },
    ],
    bands: [
      {
        name: '90 % interval',
        x: ahead,
        lower: ahead.map((_, i) => level[40 + i]! - spread(i)),
        upper: ahead.map((_, i) => level[40 + i]! + spread(i)),
      },
    ],
  };
}

function confusion(labels: readonly string[], random: Random): Section {
  const counts = labels.map((_, i) => labels.map((_, j) => Math.round((i === j ? 900 : 120) * random.next())));
  return { kind: 'confusion', title: `Confusion of ${labels.length} classes`, labels, counts };
}

function gates(steps: readonly string[] | undefined, time: number, random: Random): Section {
  const map = (name: string, bias: number) => {
    const tilt = random.normal(24);
    return {
      name,
      values: Array.from({ length: time }, (_, t) =>
        Array.from(tilt, (value, unit) => sigmoid(bias + 2 * value + 1.5 * Math.sin(t / (2 + (unit % 5))))),
      ),
    };
  };
  const maps = [map('forget gate', 1), map('input gate', -0.5), map('output gate', 0)];
  return { kind: 'heat', title: steps ? 'Gates over a sentence' : 'Gates over time', ...(steps && { steps }), maps };
}

/** A report with each kind of section, of made-up numbers. */
export function exampleReport(): Report {
  const random = new Random(4);
  const sentence = 'The jury praised the administration and operation of the Atlanta Police Department .'.split(' ');
  const tags = ['NOUN', 'VERB', 'ADP', 'DET', 'ADJ', 'PRON', 'ADV', 'CONJ', 'PRT', 'NUM', 'X', '.'];
  return createReport({
    title: 'Example of a report',
    summary: 'Every kind of section, with made-up numbers.',
    facts: { data: 'none', seed: '4', duration: '0 s', command: 'pnpm --filter forecast evaluate' },
    sections: [
      {
        kind: 'figures',
        title: 'Key figures',
        figures: [
          {
            name: 'MAE of the highest temperature',
            value: '2.101 °C',
            baselines: { persistence: '2.234 °C', seasonal: '3.41 °C' },
          },
          { name: 'coverage of the 90 % interval', value: '89.2 %', baselines: { aim: '90 %' } },
          { name: 'pinball loss', value: '0.712 °C', baselines: { persistence: '0.981 °C' } },
        ],
      },
      ...training(random),
      forecast(random),
      confusion(['helix', 'strand', 'coil'], random),
      confusion(tags, random),
      {
        kind: 'table',
        title: 'Sample predictions',
        columns: ['sentence', 'predicted', 'actual', 'probability'],
        rows: [
          ['The jury said', 'DET NOUN VERB', 'DET NOUN VERB', 0.9876],
          ['<script>alert(1)</script> & "quotes"', 'X', 'NOUN', 0.41],
          [
            'a much longer sentence that has to break somewhere in its cell',
            'DET ADV ADJ NOUN',
            'DET ADV ADJ NOUN',
            0.7,
          ],
        ],
      },
      gates(sentence, sentence.length, random),
      gates(undefined, 160, random),
    ],
  });
}
