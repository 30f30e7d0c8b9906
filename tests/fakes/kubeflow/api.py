"""A Kubeflow Pipelines API server on loopback, which stores objects and checks every request.

A request that violates the published description (openapi.py) is answered with 400 and fails the
test at the end of the `with` block. So does one of its own answers that violates it.
"""

import copy
import json
import threading
from datetime import datetime, timedelta, timezone
from urllib.parse import unquote

import yaml

from tests.fakes.kubeflow import openapi
from tests.fakes.kubeflow.http import serve

PREFIX = "/apis/v2beta1"
EPOCH = datetime(2026, 1, 1, tzinfo=timezone.utc)
IDS = {
    "pipelines": "pipeline_id",
    "pipeline_versions": "pipeline_version_id",
    "experiments": "experiment_id",
    "runs": "run_id",
    "recurring_runs": "recurring_run_id",
}


class Refused(Exception):  # noqa: N818
    """An answer with an error status."""

    def __init__(self, status, message):
        super().__init__(message)
        self.status = status


class KfpApi:
    """One installation. Use it in a `with` block; its address is `url`."""

    def __init__(self, *, namespace="", token="", page=100, tls=None, base=""):
        self.namespace, self.token, self.page, self.base = namespace, token, page, base
        self.held = {kind: [] for kind in IDS}
        self.requests, self.violations, self.failures = [], [], []
        self.progress = [("PENDING", {}), ("RUNNING", {"Trainer": "RUNNING"}), ("SUCCEEDED", {})]
        self._operations = openapi.operations()
        self.busy = threading.Lock()
        self._http, self.url = serve(self, tls)

    def __enter__(self):
        poll = {"poll_interval": 0.02}
        threading.Thread(target=self._http.serve_forever, kwargs=poll, daemon=True).start()
        return self

    def __exit__(self, kind, error, traceback):
        self._http.shutdown()
        self._http.server_close()
        assert kind or self.violations == [], self.violations

    def names(self, kind):
        """The display names of all objects of a kind."""
        return [one["display_name"] for one in self.held[kind]]

    def bodies(self, path):
        """The bodies that were posted to a path."""
        return [b for m, p, _, b in self.requests if (m, p) == ("POST", PREFIX + path)]

    def answer(self, request):
        """Status and object for a request."""
        with self.busy:
            self.requests.append((request.command, request.path_only, request.query, request.body))
            try:
                self._admit(request)
                operation, ids = self._known(request)
                found = self._act(operation, ids, request)
            except Refused as refused:
                return refused.status, {"code": 3, "message": str(refused), "details": []}
            self.violations += [
                f"own answer: {problem}"
                for problem in openapi.wrong(found, operation.returns, operation.path)
            ]
            return 200, found

    def _admit(self, request):
        """Refuses requests without the token, and those that a test wants to fail."""
        if self.failures:
            raise Refused(*self.failures.pop(0))
        sent = request.headers.get("Authorization", "")
        if self.token and sent != f"Bearer {self.token}":
            raise Refused(401, f"Unauthenticated: {sent}")
        if not self.token and sent:
            self.violations.append("an unexpected token was sent")

    def _known(self, request):
        """The operation of a request that the description allows."""
        for operation in self._operations:
            ids = operation.match(request.command, request.path_only)
            if ids is not None:
                problems = operation.problems(request.query, request.body, set(request.files))
                self._violate(400, request, problems)
                return operation, {name: unquote(value) for name, value in ids.items()}
        return self._violate(404, request, ["no such operation"])

    def _violate(self, status, request, problems):
        if problems:
            asked = f"{request.command} {request.path}"
            self.violations += [f"{asked}: {problem}" for problem in problems]
            raise Refused(status, "; ".join(problems))

    def _act(self, operation, ids, request):
        """Runs the operation."""
        query = {name: texts[0] for name, texts in request.query.items()}
        key = f"{operation.method} {operation.path.removeprefix(PREFIX)}"
        plain = {
            "GET /healthz": lambda: {"multi_user": bool(self.namespace)},
            "GET /pipelines": lambda: self._list("pipelines", query),
            "GET /pipelines/{pipeline_id}/versions": lambda: self._versions(ids, query),
            "GET /experiments": lambda: self._list("experiments", query),
            "GET /recurringruns": lambda: self._list("recurring_runs", query),
            "GET /runs/{run_id}": lambda: self._advanced(self._get("runs", ids["run_id"])),
            "POST /pipelines/upload": lambda: self._upload(query, request.files),
            "POST /pipelines/upload_version": lambda: self._upload_version(query, request.files),
            "POST /experiments": lambda: self._add("experiments", self._owned(request.body)),
            "POST /runs": lambda: self._run(request.body),
            "POST /recurringruns": lambda: self._recurring(request.body),
            "POST /recurringruns/{recurring_run_id}:enable": lambda: self._mode(ids, "ENABLE"),
            "POST /recurringruns/{recurring_run_id}:disable": lambda: self._mode(ids, "DISABLE"),
            "DELETE /recurringruns/{recurring_run_id}": lambda: self._delete(ids),
        }
        if key not in plain:
            raise Refused(501, f"{key} is not implemented in this double")
        return plain[key]()

    def _list(self, kind, query):
        """One page of the namespace's objects."""
        namespace = query.get("namespace", "")
        if self.namespace and not namespace:
            raise Refused(400, "Invalid input error: a namespace is required in multi-user mode")
        if not self.namespace and namespace:
            raise Refused(400, "In single-user mode, lists cannot be filtered by namespace")
        self._owned({"namespace": namespace})
        found = [one for one in self.held[kind] if one.get("namespace", "") == namespace]
        for predicate in json.loads(query.get("filter") or "{}").get("predicates", []):
            found = [one for one in found if one[predicate["key"]] == predicate["stringValue"]]
        return self._page(kind, found, query)

    def _page(self, kind, found, query):
        start = int(query.get("page_token") or 0)
        end = start + min(int(query.get("page_size") or 10), self.page)
        more = {"next_page_token": str(end)} if end < len(found) else {}
        field = "recurringRuns" if kind == "recurring_runs" else kind  # The API's own name.
        return {field: found[start:end], "total_size": len(found), **more}

    def _versions(self, ids, query):
        of = ids["pipeline_id"]
        versions = [one for one in self.held["pipeline_versions"] if one["pipeline_id"] == of]
        return self._page("pipeline_versions", versions, query)

    def _owned(self, thing):
        """The object, if it is in the caller's own namespace."""
        if self.namespace and thing.get("namespace") != self.namespace:
            raise Refused(403, f"the user may do nothing in {thing.get('namespace')!r}")
        return thing

    def _get(self, kind, number):
        found = [one for one in self.held[kind] if one[IDS[kind]] == number]
        if not found:
            raise Refused(404, f"{kind} {number} not found")
        return found[0]

    def _add(self, kind, thing):
        number = len(self.requests)
        made = (EPOCH + timedelta(seconds=number)).isoformat().replace("+00:00", "Z")
        self.held[kind].append({**thing, IDS[kind]: f"{kind[0]}-{number}", "created_at": made})
        return self.held[kind][-1]

    def _upload(self, query, files):
        """A pipeline with its first version, which has the pipeline's name."""
        thing = {"display_name": query["name"], "namespace": query.get("namespace", "")}
        pipeline = self._add("pipelines", self._owned(thing))
        self._upload_version({**query, "pipelineid": pipeline["pipeline_id"]}, files)
        return pipeline

    def _upload_version(self, query, files):
        of = self._get("pipelines", query["pipelineid"])["pipeline_id"]
        same = [one for one in self.held["pipeline_versions"] if one["pipeline_id"] == of]
        if query["name"] in [one["display_name"] for one in same]:
            raise Refused(409, "Failed to create a pipeline version")
        documents = list(yaml.safe_load_all(files["uploadfile"]))
        spec = {"pipeline_spec": documents[0], "platform_spec": documents[-1]}
        shown = spec if len(documents) > 1 else documents[0]
        version = {"pipeline_id": of, "display_name": query["name"], "pipeline_spec": shown}
        return self._add("pipeline_versions", version)

    def _run(self, body):
        self._complete(body)
        run = self._add("runs", {**body, "state": "PENDING"})
        run["progress"] = copy.deepcopy(self.progress)
        return {name: value for name, value in run.items() if name != "progress"}

    def _recurring(self, body):
        self._complete(body)
        if (
            body.get("max_concurrency") is None
            or len(body["trigger"]["cron_schedule"]["cron"].split()) != 6
        ):
            raise Refused(400, "Invalid input error: trigger or max concurrency")
        owner = {"namespace": self.namespace} if self.namespace else {}
        return self._add("recurring_runs", {**body, **owner, "status": f"{body['mode']}D"})

    def _complete(self, body):
        """Refuses references to objects that do not exist."""
        self._get("experiments", body["experiment_id"])
        self._get("pipeline_versions", body["pipeline_version_reference"]["pipeline_version_id"])
        self._get("pipelines", body["pipeline_version_reference"]["pipeline_id"])

    def _mode(self, ids, mode):
        self._get("recurring_runs", ids["recurring_run_id"])["mode"] = mode
        return {}

    def _delete(self, ids):
        self.held["recurring_runs"].remove(self._get("recurring_runs", ids["recurring_run_id"]))
        return {}

    def _advanced(self, run):
        """The run, one step further with each request."""
        steps = run["progress"]
        state, tasks = steps.pop(0) if len(steps) > 1 else steps[0]
        details = [
            task
            if isinstance(task, dict)
            else {"task_id": name, "display_name": name, "state": task}
            for name, task in tasks.items()
        ]
        shown = {name: value for name, value in run.items() if name != "progress"}
        failed = (
            {"error": {"code": 2, "message": "Trainer ran out of memory"}}
            if state == "FAILED"
            else {}
        )
        return {**shown, "state": state, "run_details": {"task_details": details}, **failed}
