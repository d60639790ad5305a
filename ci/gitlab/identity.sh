# Sourced: turns the job's identity into the token file that the credential chain takes VODPLAN_ROLE with. Without a role
# nothing happens, and keys in the environment are used.
if [ -n "${VODPLAN_ROLE:-}" ]; then
  if [ -z "${VODPLAN_IDENTITY:-}" ]; then
    echo "vodplan: VODPLAN_ROLE is set, and the job has no identity: it lacks id_tokens." >&2
    exit 8
  fi
  ALIBABA_CLOUD_OIDC_TOKEN_FILE=$(mktemp)
  chmod 600 "$ALIBABA_CLOUD_OIDC_TOKEN_FILE"
  printf %s "$VODPLAN_IDENTITY" >"$ALIBABA_CLOUD_OIDC_TOKEN_FILE"
  ALIBABA_CLOUD_ROLE_ARN=$VODPLAN_ROLE
  ALIBABA_CLOUD_OIDC_PROVIDER_ARN=${VODPLAN_OIDC_PROVIDER:?VODPLAN_ROLE needs VODPLAN_OIDC_PROVIDER}
  export ALIBABA_CLOUD_OIDC_TOKEN_FILE ALIBABA_CLOUD_ROLE_ARN ALIBABA_CLOUD_OIDC_PROVIDER_ARN
fi
