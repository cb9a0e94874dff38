package com.amplihack.auth.ops;

/** What stops a deployment: one sentence, without the stack of the place that noticed. */
final class StartFailure extends RuntimeException {
    private static final long serialVersionUID = 1;

    private StartFailure(String sentence) {
        super(sentence, null, false, false);
    }

    static StartFailure of(RuntimeException failed) {
        Throwable root = failed;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return new StartFailure("Amplihack Auth cannot start: " + root.getMessage());
    }
}
