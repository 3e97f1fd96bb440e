//! The official SDKs of the Model Context Protocol: their clients and their server, with the gate
//! between them.

use crate::world::World;

/// All scopes of the call, and where the gate serves the metadata of its route.
const ASKED: &str = "accounts:read payments:write /.well-known/oauth-protected-resource/mcp";
const PAID: &str = "12.50 EUR to DE02100100109307118603";

#[test]
fn the_typescript_clients_go_on_after_refusals() {
    World::shared().run("mcp.mjs").is(&[
        ("sdk: tools", 0, "balance pay close"),
        ("sdk: a tool that reads", 0, "1: 7"),
        (
            "sdk: a tool that needs more scope",
            0,
            "StreamableHTTPError 403",
        ),
        ("sdk: asked for", 0, ASKED),
        ("sdk: another amount", 0, "McpError 403"),
        ("sdk: one argument more", 0, "McpError 403"),
        ("sdk: a tool that nobody listed", 0, "McpError -32602"),
        ("sdk: what was granted", 0, PAID),
        ("sdk: the session goes on", 0, "2: 7"),
        ("client: tools", 0, "balance pay close"),
        ("client: a tool that reads", 0, "1: 7"),
        (
            "client: a tool that needs more scope",
            0,
            "InsufficientScopeError undefined",
        ),
        ("client: asked for", 0, ASKED),
        ("client: another amount", 0, "ProtocolError 403"),
        ("client: one argument more", 0, "ProtocolError 403"),
        (
            "client: a tool that nobody listed",
            0,
            "ProtocolError -32602",
        ),
        ("client: what was granted", 0, PAID),
        ("client: the session goes on", 0, "2: 7"),
        ("metadata", 0, "true true accounts:read payments:write"),
    ]);
}

#[test]
fn the_python_client_goes_on_after_refusals() {
    World::shared().run("mcp_client.py").is(&[
        ("tools", 0, "balance pay close"),
        ("a tool that reads", 0, "1: 7"),
        (
            "a tool that nobody listed",
            0,
            "MCPError -32602 mcp_name_unlisted",
        ),
        // The first answer was `insufficient_scope`: its client asked for a token with more.
        ("nothing granted", 0, "MCPError 403 detail_missing"),
        ("asked for", 0, "accounts:read payments:write"),
        ("the session goes on", 0, "2: 7"),
    ]);
}
