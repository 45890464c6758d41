// Supergraphs whose subgraphs answer anything at all, deterministically: what an engine may meet, in small.

export interface TestGraph {
  readonly name: string
  /** SDL by subgraph, without the header. */
  readonly subgraphs: Readonly<Record<string, string>>
}

/** Keys, @requires over several hops, @provides, a compound key, mutations of two subgraphs. */
const shop: TestGraph = {
  name: 'shop',
  subgraphs: {
    accounts: /* GraphQL */ `
      type Query { me: User user(id: ID!): User users(first: Int = 3): [User] }
      type Mutation { rename(id: ID!, name: String!): User addUser(names: [String!]): [User!] }
      type User @key(fields: "id") {
        id: ID! name: String username: String @shareable birthday(unit: Unit = YEARS): Int friends: [User!]
      }
      enum Unit { YEARS DAYS }
    `,
    products: /* GraphQL */ `
      type Query { products(first: Int): [Product] product(id: ID!): Product best: Product! }
      type Mutation { sell(id: ID!): Product restock: Boolean }
      type Product @key(fields: "id") {
        id: ID! name: String! price: Int weight: Int dimensions: Dimensions @shareable similar: [Product]
        variants: [Variant!] parts: [Part!] @shareable
      }
      type Part { name: String material: Material @shareable }
      type Material { colour: String }
      type Dimensions @shareable { width: Int height: Int inner: Dimensions }
      type Variant @key(fields: "sku product { id }") { sku: ID! product: Product! label(upper: Boolean): String }
    `,
    inventory: /* GraphQL */ `
      type Product @key(fields: "id") {
        id: ID!
        price: Int @external
        weight: Int @external
        dimensions: Dimensions @external
        inStock(zone: Zone): Boolean!
        shippingEstimate: Int @requires(fields: "price weight")
        boxes: [Box!] @requires(fields: "dimensions { width height }")
        parts: [Part!] @shareable
      }
      type Part { count: Int! material: Material @shareable }
      type Material { weight: Float }
      type Dimensions @shareable { width: Int height: Int inner: Dimensions }
      type Box { size: Int! label: String warehouse: Warehouse }
      type Warehouse @key(fields: "id") { id: ID! city: String }
      input Zone { country: String! fast: Boolean = false codes: [Int!] }
      type Variant @key(fields: "sku product { id }") { sku: ID! product: Product! stock: Int! }
    `,
    reviews: /* GraphQL */ `
      type Query { latest(first: Int): [Review!]! }
      type Mutation { review(product: ID!, body: String): Review }
      type Review @key(fields: "id") {
        id: ID! body(length: Int): String stars: Float author: User @provides(fields: "username") product: Product
      }
      type User @key(fields: "id") { id: ID! username: String @external reviews(first: Int): [Review] favourite: Product }
      type Product @key(fields: "id") {
        id: ID! reviews: [Review!] score: Float @requires(fields: "shippingEstimate") shippingEstimate: Int @external
      }
      type Warehouse @key(fields: "id") { id: ID! complaints: [Review] }
    `,
  },
}

/** Interfaces, unions, @interfaceObject, fragments of every kind. */
const media: TestGraph = {
  name: 'media',
  subgraphs: {
    catalogue: /* GraphQL */ `
      type Query { media: [Media] shelf: [Shelf!]! item(id: ID!): Item everything: [Thing] }
      interface Thing { id: ID! label: String }
      interface Media implements Thing @key(fields: "id") { id: ID! label: String title(short: Boolean): String! creator: Person }
      type Book implements Media & Thing @key(fields: "id") {
        id: ID! label: String title(short: Boolean): String! creator: Person pages: Int! sequel: Book
      }
      type Film implements Media & Thing @key(fields: "id") {
        id: ID! label: String title(short: Boolean): String! creator: Person minutes: Int cast: [Person!]
      }
      type Person implements Thing @key(fields: "id") { id: ID! label: String name: String! works: [Media!] }
      union Shelf = Book | Film | Person
      union Item = Book | Person
    `,
    ratings: /* GraphQL */ `
      type Query { topRated(first: Int = 2): [Media!] rating: Rating }
      type Mutation { rate(id: ID!, stars: Int!): Media }
      type Media @interfaceObject @key(fields: "id") {
        id: ID! stars: Float ratings: [Rating!] creator: Person @external verdict: String @requires(fields: "creator { id }")
      }
      type Rating { value: Int! by: Person about: Media comment: Comment }
      union Comment = Short | Long
      type Short { text: String! }
      type Long { text: String! paragraphs: [String!]! }
      type Person @key(fields: "id") { id: ID! ratings: [Rating] }
    `,
    people: /* GraphQL */ `
      type Query { people: [Person!]! }
      type Person @key(fields: "id") { id: ID! email: String born: Int! idol: Person related: [Related] }
      union Related = Person | Book | Film
      interface Media { awards: [Award] size: Int }
      type Book implements Media @key(fields: "id") { id: ID! owners: [Person!] awards: [Award!]! size: Int! }
      type Film implements Media @key(fields: "id") { id: ID! awards: [Award] size: Int }
      type Award { year: Int by: Person of: Film }
    `,
  },
}

/** Nulls that may not be, lists of lists, enums, any JSON, names that every object answers to, what clients may not see. */
const odd: TestGraph = {
  name: 'odd',
  subgraphs: {
    one: /* GraphQL */ `
      scalar JSON
      type Query {
        strict: Strict! loose: Strict grid: [[Cell!]!] matrix: [[Int]!]! any(value: JSON): JSON node(id: ID!): Node! tree: Tree
        toString: String valueOf: Node start: Start
      }
      type Mutation { first: Int! second(node: ID): Node again: Start! }
      type Start { query: Query node: Node! }
      type Strict @key(fields: "id") { id: ID! must: String! may: String list: [String!]! other: Strict! kind: Kind! }
      type Cell { x: Int! y: Int! node: Node colour: Kind }
      enum Kind { RED GREEN BLUE }
      type Node @key(fields: "id") { id: ID! hasOwnProperty: Int isPrototypeOf: [Node] secret: Int @inaccessible length: Int }
      type Tree { value: Float! children: [Tree!] parent: Tree flag: Boolean id: ID }
    `,
    two: /* GraphQL */ `
      scalar JSON
      type Query { nodes: [Node!]! stricts: [Strict!] }
      type Strict @key(fields: "id") { id: ID! far: Int! wide: [Strict!] meta: JSON }
      type Node @key(fields: "id") {
        id: ID!
        secret: Int @external
        propertyIsEnumerable: String!
        derived: Int @requires(fields: "secret")
        next: Node
        strict: Strict!
      }
    `,
    three: /* GraphQL */ `
      scalar JSON
      type Strict @key(fields: "id") { id: ID! deep: Strict! note: String! data: JSON! }
      type Node @key(fields: "id") { id: ID! toLocaleString: String names: [String!] twin: Node! }
    `,
  },
}

/** One entity behind the other, few of each: whatever a fetch brings stands at many places, some of which are one object. */
const chain: TestGraph = {
  name: 'chain',
  subgraphs: {
    reviews: /* GraphQL */ `
      type Query { reviews: [Review!]! latest: Review pairs: [[Review!]!] }
      type Mutation { review(id: ID!): Review }
      type Review @key(fields: "id") { id: ID! stars: Int product: Product about: Subject place: Place @shareable }
      union Subject = Product | Maker
      type Product @key(fields: "id") { id: ID! reviews: [Review!] place: Place @shareable }
      type Maker @key(fields: "id") { id: ID! }
      type Place @shareable { country: String town: String inner: Place }
    `,
    products: /* GraphQL */ `
      type Query { products: [Product] }
      type Product @key(fields: "id") { id: ID! name: String! maker: Maker variants: [[Product!]] place: Place @shareable }
      type Maker @key(fields: "id") { id: ID! best: Product place: Place @shareable }
      type Place @shareable { country: String town: String inner: Place }
    `,
    makers: /* GraphQL */ `
      type Query { makers: [Maker!] }
      type Maker @key(fields: "id") { id: ID! name: String! owner: Person! staff: [Person!] label: String @external about: String @requires(fields: "label") place: Place @shareable }
      type Person @key(fields: "id") { id: ID! }
      type Place @shareable { country: String town: String inner: Place }
    `,
    people: /* GraphQL */ `
      type Query { people: [Person] }
      type Maker @key(fields: "id") { id: ID! label: String }
      type Person @key(fields: "id") { id: ID! name: String! boss: Person maker: Maker }
    `,
  },
}

export const testGraphs: readonly TestGraph[] = [shop, media, odd, chain]
