package com.amplihack.auth.ops;

import java.nio.file.FileSystemException;

/** Stops the deployment with one sentence and without a stack trace. */
final class StartupException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private StartupException(String sentence) {
        super(sentence, null, false, false);
    }

    /** Uses the innermost cause's message, but not a {@link FileSystemException}'s, which is only a path. */
    static StartupException of(RuntimeException failed) {
        Throwable innermost = failed;
        for (Throwable cause = failed; cause != null; cause = cause.getCause()) {
            if (cause.getMessage() != null && !(cause instanceof FileSystemException)) {
                innermost = cause;
            }
        }
        return new StartupException("Amplihack Auth cannot start: " + innermost.getMessage());
    }
}
