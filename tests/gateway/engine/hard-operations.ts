// Operations that are hard on an executor: one entity at many places, asked for alike and then differently.

export interface HardOperation {
  readonly graph: string
  readonly query: string
}

export const hardOperations: readonly HardOperation[] = [
  {
    // The shape of the public benchmark: the same entities over and over, in two branches.
    graph: 'shop',
    query: `query Big {
      users { ...User reviews { ...Review product { ...Product reviews { ...Review author { ...User reviews { ...Review product { ...Product } } } } } } }
      products(first: 5) { ...Product reviews { ...Review author { ...User reviews { ...Review product { ...Product } } } } }
    }
    fragment User on User { id username name }
    fragment Review on Review { id body }
    fragment Product on Product { inStock name price shippingEstimate boxes { size label } id weight parts { name count material { colour weight } } }`,
  },
  {
    // One name, one fetch, two meanings further down.
    graph: 'shop',
    query: `{
      me { reviews { product { x: name } author { x: name } } }
      users { reviews { product { x: price } author { x: birthday } } }
      latest { author { reviews { product { x: shippingEstimate } author { x: username } } } }
    }`,
  },
  {
    graph: 'shop',
    query: `{
      a: products { reviews { product { similar { x: name } } } }
      b: products { reviews { product { similar { x: weight similar { x: price } } } } }
      c: best { reviews { product { similar { x: inStock } } } }
    }`,
  },
  {
    graph: 'shop',
    query: `{ products { variants { sku label stock product { score variants { stock product { id score } } } } } }`,
  },
  {
    graph: 'shop',
    query: `mutation {
      one: sell(id: "Product:0") { name score } restock two: review(product: "Product:1") { body product { name score } }
      three: sell(id: "Product:0") { name reviews { product { score } } } rename(id: "User:1", name: "x") { reviews { stars } }
    }`,
  },
  {
    // One answer for parents of two types, each of which shows other parts of it.
    graph: 'media',
    query: `{
      media {
        ... on Book { creator { ratings { x: value } born } }
        ... on Film { creator { ratings { y: by { id born } } email } }
      }
      shelf { ... on Book { creator { ratings { value } } } ... on Film { creator { ratings { comment { ... on Short { text } } } } } }
    }`,
  },
  {
    // Types that differ between the subgraphs behind one interface: fetched under other names, and renamed.
    graph: 'media',
    query: `{
      media { __typename awards { year by { name } of { title awards { year } } } size stars verdict }
      people { works { awards { year of { size } } size } related { ... on Media { size awards { year } } } }
    }`,
  },
  {
    graph: 'media',
    query: `{
      topRated(first: 3) { __typename id title stars ratings { value about { title stars creator { name works { stars } } } } ... on Book { pages sequel { stars } } ... on Film { minutes } }
      everything { __typename label ... on Media { stars title } ... on Person { idol { idol { born } } } }
    }`,
  },
  {
    graph: 'media',
    query: `query ($yes: Boolean! = true, $no: Boolean!) {
      media @include(if: $yes) { title @skip(if: $no) stars @include(if: $no) ... @skip(if: $no) { creator { name } } ... on Book @include(if: $no) { pages owners { born } } }
      people @skip(if: $yes) { born } shelf @include(if: $no) { ... on Person { born idol { email } } }
    }`,
  },
  {
    graph: 'odd',
    query: `{
      nodes { propertyIsEnumerable next { derived next { derived strict { must deep { note far } } twin { names } } } twin { twin { toLocaleString derived } } }
      stricts { wide { other { must deep { far } } data } deep { deep { note data } } }
      valueOf { hasOwnProperty isPrototypeOf { length toLocaleString } }
      toString grid { x node { derived } } matrix loose { must other { list deep { note } } }
    }`,
  },
  {
    graph: 'odd',
    query: `mutation { first again { query { nodes { derived } start { query { toString } } } node { strict { deep { far } } } } second(node: "Node:1") { names next { names } } }`,
  },
  // One maker below several products that stay apart, one person below several makers.
  {
    graph: 'chain',
    query: `{
      reviews { product { id reviews { id } maker { name owner { name boss { name } } best { name maker { name } } } } }
      pairs { product { reviews { stars } place { town } maker { place { town } about staff { name maker { name } } } } }
    }`,
  },
  {
    graph: 'chain',
    query: `{
      makers { staff { boss { name maker { name best { name } } } } owner { maker { owner { name } } } }
      products { variants { name maker { name } reviews { product { maker { name owner { name } } } } } }
      reviews { about { ... on Maker { name } ... on Product { name reviews { id } maker { name } } } }
    }`,
  },
  { graph: 'chain', query: '{ reviews { product { id reviews { id } maker { name } } } }' },
]
