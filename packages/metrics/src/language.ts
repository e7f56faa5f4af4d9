/** A mean cross-entropy per character, from nats (what `crossEntropy` of `@sluice/training` gives) to bits. */
export function bitsPerCharacter(crossEntropy: number): number {
  return crossEntropy / Math.LN2;
}

/** e to the mean cross-entropy in nats: among how many equally likely classes a model is as unsure. */
export function perplexity(crossEntropy: number): number {
  return Math.exp(crossEntropy);
}
