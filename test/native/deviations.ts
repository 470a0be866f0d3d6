/** The vectors that an engine reads differently from the standard; docs/native-deviations.md explains each. */
export const deviations: Readonly<Record<'chromium' | 'firefox', readonly string[]>> = {
  chromium: ['BOM then blank line'],
  firefox: [
    'NUL in a field name',
    'id of NULs is ignored',
    'id with NUL keeps the earlier id',
    'id with NUL in the same block keeps the earlier line',
    'id with NUL then good id in the same block',
    'id without data shows on the next event',
    'id without data over comment blocks',
  ],
}
