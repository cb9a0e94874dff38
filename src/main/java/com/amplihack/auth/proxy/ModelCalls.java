package com.amplihack.auth.proxy;

import com.amplihack.auth.apikey.ModelGlobs;
import com.amplihack.auth.config.Configuration;
import com.amplihack.auth.config.ProxySettings;
import com.amplihack.auth.gate.DeferredAdmission;
import com.amplihack.auth.gate.DeferredAdmission.Admitted;
import com.amplihack.auth.metering.Settlement;
import com.amplihack.auth.problem.AuthException;
import com.amplihack.auth.problem.ErrorCode;
import com.amplihack.auth.proxy.llm.AnswerFilter;
import com.amplihack.auth.proxy.llm.LlmRequest;
import com.amplihack.auth.proxy.llm.UsageReader;
import com.amplihack.auth.proxy.upstream.Upstream;
import com.amplihack.auth.store.budget.Call;
import com.amplihack.auth.store.budget.ModelName;
import com.amplihack.auth.token.Caller;
import jakarta.inject.Inject;
import jakarta.inject.Singleton;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/**
 * Sends calls to language models: has each admitted with what its body says that it may cost, limits the answer to what was
 * reserved, and settles what the answer says. All of it is in docs/budgets.md.
 */
@Singleton
class ModelCalls {
    private static final Pattern CALL_TYPE = Pattern.compile("(?i)json|form-urlencoded");

    private final Configuration configuration;
    private final Settlement settlement;

    @Inject
    ModelCalls(Configuration configuration, Settlement settlement) {
        this.configuration = configuration;
        this.settlement = settlement;
    }

    /**
     * Sends a call whose body has arrived.
     *
     * @param allowed requires that the admitted caller may use the route
     * @param body holds the body
     * @throws AuthException when it is refused
     */
    void send(
            Exchange exchange,
            Forwarding forwarding,
            DeferredAdmission admission,
            Consumer<Caller> allowed,
            byte[] body,
            int length) {
        ProxySettings settings = configuration.settings().proxy();
        Optional<LlmRequest> call = LlmRequest.read(forwarding.decodedPath(), body, length);
        Admitted admitted = admission.admit(call.map(asked -> cost(asked, settings))
                .orElseGet(() -> Call.withoutTokens(settings.reservationLife())));
        CallMeter meter = meter(exchange, admitted);
        requireReadable(call, forwarding.headers("content-type"), admitted);
        call.ifPresent(asked -> requireModel(admitted.caller(), asked));
        allowed.accept(admitted.caller());
        forwarding.identify(admitted.caller());
        forwarding.askForPlainAnswer();
        BodyPublisher sent = call.flatMap(asked -> changed(asked, admitted))
                .map(ModelCalls::publisher)
                .orElseGet(() -> BodyPublishers.ofByteArray(body, 0, length));
        meter.sent();
        forwarding.send(exchange, sent, answer -> {
            meter.answered(answer.status());
            return call.map(asked -> reading(meter, asked, answer)).orElse(AnswerFilter.NONE);
        });
    }

    /** The meter of an exchange, which settles at its end. */
    CallMeter meter(Exchange exchange, Admitted admitted) {
        CallMeter meter = new CallMeter(
                settlement,
                admitted.reserved(),
                configuration.settings().proxy().reservationLife());
        exchange.whenOver(() -> meter.over(exchange.reachedUpstream()));
        return meter;
    }

    /**
     * Who has a budget of tokens, or may ask for certain models alone, sends nothing that hides either: a lenient upstream
     * may take for the same call what is declared as JSON or as a form.
     */
    private static void requireReadable(Optional<LlmRequest> call, List<String> types, Admitted admitted) {
        boolean bound = admitted.limitsAnswer() || !admitted.caller().models().isEmpty();
        if (bound && call.isEmpty() && (types.isEmpty() || types.stream().anyMatch(CALL_TYPE.asPredicate()))) {
            throw new AuthException(
                    ErrorCode.INVALID_REQUEST,
                    "With a budget of tokens or limited models the body must be a JSON object.");
        }
        if (admitted.limitsAnswer() && call.filter(LlmRequest::isInBackground).isPresent()) {
            throw new AuthException(
                    ErrorCode.INVALID_REQUEST, "With a budget of tokens an answer cannot be made in the background.");
        }
    }

    private static void requireModel(Caller caller, LlmRequest call) {
        if (!ModelGlobs.allow(caller.models(), call.model().orElse(""))) {
            throw new AuthException(ErrorCode.MODEL_NOT_ALLOWED, "This API key may not ask for that model.");
        }
        if (!caller.models().isEmpty() && call.namesFurtherModels()) {
            throw new AuthException(
                    ErrorCode.MODEL_NOT_ALLOWED,
                    "This API key may name a model in model only, not in models or fallbacks.");
        }
    }

    private static Call cost(LlmRequest call, ProxySettings settings) {
        return new Call(
                call.model().map(ModelName::of).orElse(ModelName.OTHER),
                call.promptTokens(),
                call.answerTokens(),
                call.leastAnswerTokens() * settings.answerTokens(), // so many for each answer that it asks for
                settings.reservationLife());
    }

    /** The body with the limit that the budgets set, and asking for the usage; empty if it can stay as it is. */
    private static Optional<List<ByteBuffer>> changed(LlmRequest call, Admitted admitted) {
        if (!admitted.limitsAnswer()) {
            return call.getsUsage() ? Optional.empty() : Optional.of(call.askingForUsage());
        }
        if (admitted.reserved().answerTokens() < call.leastAnswerTokens()) {
            throw new AuthException(
                    ErrorCode.BUDGET_EXHAUSTED, "The budget has less than one token left for each of the answers.");
        }
        return Optional.of(call.limitedTo(admitted.reserved().answerTokens()));
    }

    private static BodyPublisher publisher(List<ByteBuffer> pieces) {
        byte[] body = new byte[pieces.stream().mapToInt(ByteBuffer::remaining).sum()];
        ByteBuffer all = ByteBuffer.wrap(body);
        pieces.forEach(all::put);
        return BodyPublishers.ofByteArray(body);
    }

    private static AnswerFilter reading(CallMeter meter, LlmRequest call, Upstream.Response answer) {
        if (answer.status() >= 400 || answer.isEncoded()) {
            return AnswerFilter.NONE;
        }
        return meter.reading(new UsageReader(call.api(), answer.isEventStream(), !call.getsUsage()));
    }
}
