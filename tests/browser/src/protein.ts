/** The model that comes with the protein app; the server of the tests serves it to pages. */
export const modelFolder = new URL(['..', '..', '..', 'apps', 'protein', 'model'].join('/'), import.meta.url);

/** Ubiquitin. */
export const chains = [{ residues: 'MQIFVKTLTGKTITLEVEPSDTIENVKAKIQDKEGIPPDQQRLIFAGKQLEDGRTLSDYNIQKESTLHLVLRLRGG' }];
