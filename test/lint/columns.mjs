/** The formatter wraps code at this column, but leaves comments and strings as they are. */
const COLUMNS = 120

/** A lint plugin with one rule: `columns/max`. */
export default {
  meta: { name: 'columns' },
  rules: {
    max: {
      create: (context) => ({
        Program(program) {
          for (const [index, text] of context.sourceCode.lines.entries()) {
            if (text.length <= COLUMNS) continue
            const line = index + 1
            context.report({
              node: program,
              loc: { start: { line, column: COLUMNS }, end: { line, column: text.length } },
              message: `This line has ${text.length} columns; ${COLUMNS} are the limit.`,
            })
          }
        },
      }),
    },
  },
}
