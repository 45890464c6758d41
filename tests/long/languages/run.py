# Waits for the time of the vectors, then asks the example about each.
import json, sys, time

import jwt
import reader

vectors = json.load(open(sys.argv[1]))
reader.KEYS = jwt.PyJWKClient(sys.argv[2], lifespan=30)


def read(token):
    try:
        return reader.identity(token)
    except reader.Unauthenticated:
        return None


def run():
    read_good = [v["name"] for v in vectors["good"] if read(v["token"])]
    passed = [v["name"] for v in vectors["bad"] if read(v["token"]) is not None]
    missed = {v["name"] for v in vectors["good"]} - set(read_good)
    return missed, passed


run()
time.sleep(max(0, vectors["now"] + 0.05 - time.time()))
missed, passed = run()
print(f"missed {missed}, passed {passed}")
if time.time() - vectors["now"] > 0.95:
    print("too late")
print(f"{len(vectors['good']) - len(missed)} good ones read, {len(vectors['bad']) - len(passed)} bad ones refused")

reader.KEYS = jwt.PyJWKClient("http://127.0.0.1:9/jwks.json")
try:
    reader.identity(vectors["good"][0]["token"])
except Exception as error:
    print("without keys:", type(error).__name__)
