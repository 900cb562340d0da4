"""Recurrent layers step by step.

A graph has a copy of the weights for each recurrent node, so what is decoded symbol by symbol is written in products of
matrices, which share them.
"""
from typing import NamedTuple

import torch
from torch import nn
from torch.nn import functional as F


class _Weights(NamedTuple):
    """Of one layer."""

    of_input: torch.Tensor
    of_hidden: torch.Tensor
    bias_of_input: torch.Tensor | None
    bias_of_hidden: torch.Tensor | None


class Recurrent:
    """Layers of LSTM or GRU that run one step at a time, from a state of zeros.

    Args:
        layers: an `nn.LSTM` or `nn.GRU` of one direction, or the cells of its layers.

    Raises:
        NotImplementedError: the layers read in both directions.
    """

    def __init__(self, *layers: nn.Module):
        first = layers[0]
        if getattr(first, 'bidirectional', False):
            raise NotImplementedError(
                f'{type(first).__name__} of a decoder reads in both directions (dec_bi_rnn=True), so no symbol can be '
                'decoded before the last one is known; set dec_bi_rnn=False')
        self._gru = isinstance(first, nn.GRU | nn.GRUCell)
        names = ('weight_ih', 'weight_hh', 'bias_ih', 'bias_hh')
        if isinstance(first, nn.RNNBase):
            self._weights = [_Weights(*(getattr(first, f'{name}_l{i}', None) for name in names))
                             for i in range(first.num_layers)]
        else:
            self._weights = [_Weights(*(getattr(cell, name) for name in names)) for cell in layers]
        # Of each layer hidden state and cell, [N, C]; None before the first step.
        self.states: list[tuple[torch.Tensor, torch.Tensor] | None] = [None] * len(self._weights)

    def step(self, x: torch.Tensor) -> torch.Tensor:
        """Run all layers for one input [N, C]; return the hidden state of the last one, [N, C]."""
        for i, weights in enumerate(self._weights):
            self.states[i] = self._run(weights, x, self.states[i])
            x = self.states[i][0]
        return x

    def _run(self, weights: _Weights, x: torch.Tensor, state: tuple | None) -> tuple[torch.Tensor, torch.Tensor]:
        of_input = F.linear(x, weights.of_input, weights.bias_of_input)
        if state is None:
            zeros = torch.zeros_like(of_input[:, :weights.of_hidden.shape[1]])
            state = zeros, zeros
        hidden, cell = state
        of_hidden = F.linear(hidden, weights.of_hidden, weights.bias_of_hidden)
        if self._gru:
            reset, update, new = of_input.chunk(3, 1)
            hidden_reset, hidden_update, hidden_new = of_hidden.chunk(3, 1)
            update = torch.sigmoid(update + hidden_update)
            new = torch.tanh(new + torch.sigmoid(reset + hidden_reset) * hidden_new)
            hidden = (1 - update) * new + update * hidden
            return hidden, hidden
        enter, forget, new, leave = (of_input + of_hidden).chunk(4, 1)
        cell = torch.sigmoid(forget) * cell + torch.sigmoid(enter) * torch.tanh(new)
        return torch.sigmoid(leave) * torch.tanh(cell), cell
