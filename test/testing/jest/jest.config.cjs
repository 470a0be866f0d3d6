const path = require('node:path')

const dist = path.join(__dirname, '../../../dist')

/** What is published, as Jest resolves it: CommonJS. */
module.exports = {
  moduleNameMapper: { '^everstream$': path.join(dist, 'index.cjs'), '^everstream/(.*)$': path.join(dist, '$1.cjs') },
  testMatch: ['**/*.test.cjs'],
  moduleFileExtensions: ['cjs', 'js', 'json'],
  transform: {},
}
