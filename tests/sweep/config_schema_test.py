"""The schema for editors against the cases the parser is tested with: python3 config_schema_test.py CONFIGS_DIRECTORY CASES_FILE"""

import json
import pathlib
import sys

import jsonschema

configs = pathlib.Path(sys.argv[1])
cases = json.loads(pathlib.Path(sys.argv[2]).read_text(encoding="utf-8"))
schema_file = configs / "sweep.schema.json"
schema = json.loads(schema_file.read_text(encoding="utf-8"))
jsonschema.Draft7Validator.check_schema(schema)
validator = jsonschema.Draft7Validator(schema)

wrong = []
for case in cases:
    # A rule that the schema cannot express is marked in the table: the schema accepts what the parser refuses.
    expected = case["good"] or case.get("beyond_schema", False)
    if validator.is_valid(case["config"]) != expected:
        wrong.append(f"{'refused' if expected else 'accepted'}: {case['rule']}: {json.dumps(case['config'])}")

shipped = sorted(set(configs.glob("*.json")) - {schema_file})
for file in shipped:
    wrong += [f"{file.name}: {error.message}"
              for error in validator.iter_errors(json.loads(file.read_text(encoding="utf-8")))]

print(f"{len(cases)} cases and {len(shipped)} configs against {schema_file.name}: {len(wrong)} wrong")
sys.exit("\n".join(wrong) or (0 if cases and shipped else "nothing was tested"))
