"""What Django REST framework and drf-spectacular are told of the API."""

REST_FRAMEWORK = {
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "api.schema.inspector.Inspector",
    "EXCEPTION_HANDLER": "api.manners.problems.handled",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Ink & Leaf",
    "DESCRIPTION": "The shop as JSON. How one begins is told by the guide, /api/guide/.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.1",
    "SERVERS": [{"url": "/"}],
    "SCHEMA_PATH_PREFIX": "/api/v[0-9]",
    "COMPONENT_SPLIT_PATCH": False,  # what is left out stays: nothing is required
    "ENABLE_DJANGO_DEPLOY_CHECK": False,  # a test looks at the schema
    "POSTPROCESSING_HOOKS": ["api.schema.hooks.completed"],
}
