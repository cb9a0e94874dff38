package com.amplihack.auth.proxy.demo;

import java.util.List;

/**
 * An answer of the demo.
 *
 * @param pieces of the body
 */
record Answer(int status, String type, List<String> pieces) {
    static Answer json(int status, String body) {
        return new Answer(status, "application/json", List.of(body));
    }

    static Answer events(List<String> events) {
        return new Answer(200, "text/event-stream", events);
    }
}
