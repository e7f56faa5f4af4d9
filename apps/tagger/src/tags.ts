/**
 * The part of speech alone of a tag of the Brown corpus. Left out is what tells of the place of a word: `fw-` before foreign words, `-tl`, `-hl` and
 * `-nc` behind words of titles, headlines and citations; of contractions all but the first part (`pps+bez` for "it's" is `pps`), and the `*` of those
 * with "not" (`dod*` for "didn't" is `dod`).
 */
export function partOfSpeech(tag: string): string {
  const [first] = tag
    .replace(/^fw-/, '')
    .replace(/(-(tl|hl|nc|t|n))+$/, '')
    .split('+');
  return first!.length > 1 ? first!.replace(/\*$/, '') : first!;
}

const meanings: Readonly<Record<string, string>> = {
  '.': 'end of a sentence',
  '(': 'opening bracket',
  ')': 'closing bracket',
  '*': 'not',
  '--': 'dash',
  ',': 'comma',
  ':': 'colon',
  '``': 'opening quotation mark',
  "''": 'closing quotation mark',
  "'": 'apostrophe',
  abl: 'determiner before "a" (quite, rather)',
  abn: 'determiner before others (all, half)',
  abx: 'both',
  ap: 'determiner after others (many, several)',
  at: 'article',
  be: 'be',
  bed: 'were',
  bedz: 'was',
  beg: 'being',
  bem: 'am',
  ben: 'been',
  ber: 'are',
  bez: 'is',
  cc: 'coordinating conjunction',
  cd: 'cardinal number',
  cs: 'subordinating conjunction',
  do: 'do',
  dod: 'did',
  doz: 'does',
  dt: 'singular determiner (this, each)',
  dti: 'determiner of any number (some, any)',
  dts: 'plural determiner (these)',
  dtx: 'double conjunction (either)',
  ex: 'existential there',
  hv: 'have',
  hvd: 'had',
  hvg: 'having',
  hvn: 'had, participle',
  hvz: 'has',
  in: 'preposition',
  jj: 'adjective',
  jjr: 'adjective, comparative',
  jjs: 'adjective, superlative in meaning (chief)',
  jjt: 'adjective, superlative',
  md: 'modal verb',
  nil: 'without a tag in the corpus',
  nn: 'noun, singular',
  nns: 'noun, plural',
  np: 'proper noun, singular',
  nps: 'proper noun, plural',
  nr: 'adverbial noun (home, Monday)',
  nrs: 'adverbial noun, plural',
  od: 'ordinal number',
  pn: 'pronoun (everybody, nothing)',
  pp$: 'possessive determiner (my, our)',
  pp$$: 'possessive pronoun (mine, ours)',
  ppl: 'reflexive pronoun, singular',
  ppls: 'reflexive pronoun, plural',
  ppo: 'personal pronoun as object',
  pps: 'personal pronoun, third person singular',
  ppss: 'personal pronoun as subject, others',
  ql: 'adverb of degree before what it qualifies (very)',
  qlp: 'adverb of degree after it (enough)',
  rb: 'adverb',
  rbr: 'adverb, comparative',
  rbt: 'adverb, superlative',
  rn: 'adverb that is also a noun (here)',
  rp: 'adverb or particle (up, off)',
  to: 'to before an infinitive',
  uh: 'interjection',
  vb: 'verb, base form',
  vbd: 'verb, past tense',
  vbg: 'verb, present participle or gerund',
  vbn: 'verb, past participle',
  vbz: 'verb, third person singular',
  wdt: 'wh-determiner',
  wp$: 'possessive wh-pronoun (whose)',
  wpo: 'wh-pronoun as object',
  wps: 'wh-pronoun as subject',
  wql: 'wh-adverb of degree (how)',
  wrb: 'wh-adverb',
};

/** In words, after the manual of the corpus; nothing for tags of other sets. */
export function meaningOf(tag: string): string {
  const base = tag.replace(/\$$/, '');
  return meanings[tag] ?? (meanings[base] ? `${meanings[base]}, possessive` : '');
}
