#!/bin/sh
# Plans, and puts the note on the merge request; ends with vodplan's exit code, where 2 (changes pending) is a success.
set -u
here=$(CDPATH='' cd -- "$(dirname -- "$0")/.." && pwd)

set -- plan --detailed-exitcode --out plan.json \
  --output gitlab=counts.json --output markdown=comment.md --output html=plan.html
if [ -n "${CI_MERGE_REQUEST_DIFF_BASE_SHA:-}" ]; then
  set -- "$@" --base "$CI_MERGE_REQUEST_DIFF_BASE_SHA"
fi
code=0
vodplan "$@" || code=$?

if [ -n "${CI_MERGE_REQUEST_IID:-}" ] && [ -n "${VODPLAN_GITLAB_TOKEN:-}" ] && [ -f comment.md ]; then
  plan=
  if [ -f plan.json ]; then plan=plan.json; fi
  # A note that cannot be written is no reason to fail: the plan stands in the log and in the artifact.
  PLAN_FILE=$plan COMMENT_FILE=comment.md ARTIFACT_URL="$CI_JOB_URL/artifacts/browse" \
    python "$here/comment.py" gitlab || true
fi
if [ "$code" = 2 ]; then exit 0; fi
exit "$code"
