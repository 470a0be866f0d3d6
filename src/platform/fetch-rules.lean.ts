/** In browsers, the rules are known. */
export const keepsBrowserRules = (): boolean => true
export const hasCacheMode = (): boolean => true
