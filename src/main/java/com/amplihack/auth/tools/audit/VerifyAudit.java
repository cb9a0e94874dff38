package com.amplihack.auth.tools.audit;

import com.amplihack.auth.audit.chain.AnchorKey;
import com.amplihack.auth.audit.chain.ChainKey;
import com.amplihack.auth.audit.chain.ChainStateFile;
import com.amplihack.auth.audit.chain.ChainVerifier;
import com.amplihack.auth.audit.chain.ChainVerifier.Anchor;
import com.amplihack.auth.audit.chain.ChainVerifier.Bad;
import com.amplihack.auth.audit.chain.FirstKeyFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PublicKey;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Verifies the audit files of one node (docs/audit.md): the main class of {@code amplihack-auth-tools.jar}. Exits with 0 if
 * every line is as it was written, 1 if one is not, and 2 if the question or a file cannot be read.
 */
public final class VerifyAudit {
    private static final int GOOD = 0;
    private static final int TAMPERED = 1;
    private static final int UNREADABLE = 2;
    private static final long SHOWN_EVERY = 100_000;
    private static final Pattern ANCHOR = Pattern.compile("(\\d{1,18}):([A-Za-z0-9_-]{43})");

    private static final String USAGE =
            """
            Usage: java -jar amplihack-auth-tools.jar verify-audit [--key FILE] [--anchor-key FILE]
                       [--anchor SEQ:HASH]... FILE...

            Reads the audit files of one node in their order (- is standard input) and names the first line that is
            not as it was written: edited, deleted, reordered, truncated, another chain, malformed.

              --key FILE         the chain's first key, which proves every line; without it links are checked
              --anchor-key FILE  audit-anchor.pub.pem as it was taken away, which proves the signed anchors, and the
                                 lines between them
              --anchor SEQ:HASH  a line that must be there, as an anchor or an earlier run of this command told;
                                 without it, FILE.chain beside the last file, if it can be read
            """;

    private final PrintStream out;
    private final PrintStream progress;

    VerifyAudit(PrintStream out, PrintStream progress) {
        this.out = out;
        this.progress = progress;
    }

    /** Takes {@code verify-audit} and what the usage says. */
    public static void main(String[] arguments) {
        System.exit(new VerifyAudit(System.out, System.err).run(List.of(arguments)));
    }

    int run(List<String> arguments) {
        try {
            Question question = Question.of(arguments);
            return verify(question);
        } catch (IllegalArgumentException misunderstood) {
            out.println(misunderstood.getMessage());
            out.print(USAGE);
        } catch (FileSystemException failed) {
            out.println(
                    failed.getFile() + " cannot be read: " + failed.getClass().getSimpleName());
        } catch (IOException failed) {
            out.println(failed.getMessage());
        }
        return UNREADABLE;
    }

    private int verify(Question question) throws IOException {
        ChainVerifier verifier = new ChainVerifier(question.key(), question.anchors(), read -> {
            if (read % SHOWN_EVERY == 0) {
                progress.println(read + " lines");
            }
        });
        question.anchorKey().ifPresent(verifier::signedBy);
        Optional<Bad> bad = Optional.empty();
        String last = "";
        for (String file : question.files()) {
            last = file;
            try (InputStream content = file.equals("-") ? System.in : Files.newInputStream(Path.of(file))) {
                bad = verifier.read(file, content);
            }
            if (bad.isPresent()) {
                break;
            }
        }
        Optional<Bad> found = bad.isPresent() ? bad : verifier.end(last);
        found.ifPresentOrElse(this::tell, () -> tellGood(verifier, question));
        return found.isPresent() ? TAMPERED : GOOD;
    }

    private void tell(Bad bad) {
        out.println(bad.file() + (bad.line() > 0 ? ", line " + bad.line() : "") + " (seq " + bad.seq() + "): "
                + bad.kind().label() + ": " + bad.detail());
    }

    private void tellGood(ChainVerifier verifier, Question question) {
        out.println(verifier.lines() + " lines are "
                + (question.key().isPresent() ? "proven" : "linked (no key was given)")
                + (verifier.unchained() > 0 ? ", after " + verifier.unchained() + " of a version without a chain" : "")
                + (question.anchors().isEmpty() ? "; nothing tells whether the end is missing" : ""));
        if (question.anchorKey().isPresent()) {
            out.println(
                    verifier.signedAnchors() + " anchors are signed, the last of them for seq " + verifier.signedSeq());
            if (question.key().isEmpty()) {
                out.println(
                        verifier.provenFrom() == 0
                                ? "No text is proven: --key proves it"
                                : "Texts are proven from seq " + verifier.provenFrom() + " to " + verifier.signedSeq()
                                        + "; of other lines only that they are linked");
            }
        }
        if (verifier.lines() > 0) {
            out.println("Last: " + verifier.seq() + ":" + verifier.hash());
        }
    }

    private record Question(
            Optional<ChainKey> key, Optional<PublicKey> anchorKey, List<Anchor> anchors, List<String> files) {
        private Question {
            anchors = List.copyOf(anchors);
            files = List.copyOf(files);
        }

        static Question of(List<String> arguments) throws IOException {
            Deque<String> left = new ArrayDeque<>(arguments);
            if (!"verify-audit".equals(left.poll())) {
                throw new IllegalArgumentException("Name a command: verify-audit.");
            }
            Optional<ChainKey> key = Optional.empty();
            Optional<PublicKey> anchorKey = Optional.empty();
            List<Anchor> anchors = new ArrayList<>();
            List<String> files = new ArrayList<>();
            while (!left.isEmpty()) {
                String next = left.remove();
                switch (next) {
                    case "--key" -> key = Optional.of(FirstKeyFile.read(Path.of(value(next, left))));
                    case "--anchor-key" -> anchorKey = Optional.of(AnchorKey.publicKey(Path.of(value(next, left))));
                    case "--anchor" -> anchors.add(anchor(value(next, left)));
                    default -> {
                        if (next.startsWith("--")) {
                            throw new IllegalArgumentException("There is no option " + next + ".");
                        }
                        files.add(next);
                    }
                }
            }
            if (files.isEmpty()) {
                throw new IllegalArgumentException("Name at least one file.");
            }
            if (anchors.isEmpty()) {
                beside(files.get(files.size() - 1)).ifPresent(anchors::add);
            }
            return new Question(key, anchorKey, anchors, files);
        }

        private static String value(String option, Deque<String> left) {
            if (left.isEmpty()) {
                throw new IllegalArgumentException(option + " wants a value.");
            }
            return left.remove();
        }

        private static Anchor anchor(String text) {
            Matcher form = ANCHOR.matcher(text);
            if (!form.matches()) {
                throw new IllegalArgumentException("--anchor wants SEQ:HASH, as this command prints it.");
            }
            return new Anchor(Long.parseLong(form.group(1)), form.group(2));
        }

        /** What the node itself has written last, which somebody who only reached the file did not change. */
        private static Optional<Anchor> beside(String file) {
            if (file.equals("-")) {
                return Optional.empty();
            }
            try {
                return new ChainStateFile(Path.of(file))
                        .read()
                        .filter(head -> head.lines() > 0)
                        .map(head -> new Anchor(head.seq(), head.hash()));
            } catch (IOException unreadable) {
                return Optional.empty();
            }
        }
    }
}
