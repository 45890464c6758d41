"""A subgraph without a library, as somebody writes one in an hour: it knows its SDL, and one answer for each root field."""

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SDL = """
extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key"])
type Query { products: [Product] stock: Int }
type Product @key(fields: "id") { id: ID! name: String }
"""
ANSWERS = {"_service": {"sdl": SDL}, "products": [{"id": "p1", "name": "Chair"}], "stock": 3}


class Subgraph(BaseHTTPRequestHandler):
    def do_POST(self):
        length = int(self.headers["content-length"])
        query = json.loads(self.rfile.read(length))["query"]
        data = {field: answer for field, answer in ANSWERS.items() if field in query}
        body = json.dumps({"data": data}).encode()
        self.send_response(200)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Subgraph).serve_forever()
