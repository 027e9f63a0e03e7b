"""The root fields: decode, check the permission, call one service or one source, wrap the answer."""
